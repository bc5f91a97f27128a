"""Measurements of the model layer: throughput, CPU per call, prefix cache."""
