"""What the built-in photographer measures on a photo, one kind of measurement a file."""
