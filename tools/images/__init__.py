"""Files in and files out: decoding, metadata, thumbnails, exact rendering."""
