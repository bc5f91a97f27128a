"""The choices of a run: settings, and recipes."""
