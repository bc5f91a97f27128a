"""Sittings: photos, what was asked of them, and what a person said of each; kept on the disk."""
