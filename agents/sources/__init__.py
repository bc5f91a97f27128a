"""Candidate sources, one file each, and which of them run."""
