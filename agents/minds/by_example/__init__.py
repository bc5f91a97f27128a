"""A model asked by example as in Cropper."""
