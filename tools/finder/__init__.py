"""Common things found offline: which they are, where, and which of them words mean."""
