"""How the built-in photographer is trained, cross-validated and timed."""
