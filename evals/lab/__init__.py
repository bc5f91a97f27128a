"""The laboratory: measurements of our own parts. Not installed."""
