"""Metrics of cropping, each with its published convention; `docs/evaluation.md` has the table."""
