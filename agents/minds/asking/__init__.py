"""Asking a model: the asker, what it is shown, and how its questions are put."""
