"""Training of what ships."""
