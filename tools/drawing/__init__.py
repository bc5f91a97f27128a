"""Boxes, guides and contact sheets drawn on pictures."""
