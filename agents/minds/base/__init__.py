"""What a mind is: four questions, and the brief that it answers them from."""
