"""How well plain English requests are understood."""
