"""Who answers: the built-in photographer, or a model asked in one of several ways."""
