"""Weights of models that others trained: where they lie, how they are loaded."""
