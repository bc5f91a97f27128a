"""Text from outside, made safe for a terminal."""


def printable(text: str) -> str:
    """Return text without control characters, which file names and model replies can hold."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
