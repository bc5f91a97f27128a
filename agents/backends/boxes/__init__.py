"""How each family of models writes boxes, and how its answers are read."""
