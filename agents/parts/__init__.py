"""What a run works with, built from its settings."""
