"""The record of a run: typed steps, their store, and ways to read it."""
