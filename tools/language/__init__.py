"""Plain English requests, read without a model."""
