"""What every training needs of data: samples, the guard of test parts, the manifest of a run."""
