"""How often a detector finds what an expression names."""
