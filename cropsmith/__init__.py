"""Public API. Runs before any cropsmith.* module is imported, so it imports inside functions."""

__all__: list[str] = []
