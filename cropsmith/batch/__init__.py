"""Many photos: inputs, a manifest of what became of each, workers, one work function."""
