"""Studies and benchmarks of retrieval and of Cropper's recipe."""
