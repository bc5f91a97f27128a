"""Expert crops of similar photos: rows of an index, retrieval, transfer."""
