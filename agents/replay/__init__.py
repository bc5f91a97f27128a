"""Runs a trace again from its record."""
