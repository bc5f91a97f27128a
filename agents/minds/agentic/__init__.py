"""A model that calls the tools itself."""
