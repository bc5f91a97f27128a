"""ClipCrop: crops decoded from a detector's tokens and the words or picture that select them."""
