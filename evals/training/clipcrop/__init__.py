"""Trains ClipCrop's decoder: set loss, mosaics, steps, and what it reaches out of fold."""
