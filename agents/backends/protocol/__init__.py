"""What a backend is: asks, replies, pictures, and the wire between."""
