"""Plain English requests, read without a model."""

from cropsmith.tools.language.understanding import understand

__all__ = ["understand"]
