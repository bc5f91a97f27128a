"""How the finders of things and faces are made from published weights."""
