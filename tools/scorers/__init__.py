"""Scorers: one file and one typed row each."""
