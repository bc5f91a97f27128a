"""How often the built-in photographer does what it is asked, beside croppers that read no words."""
