"""Finding what a request names: open-vocabulary detection by text or picture."""
