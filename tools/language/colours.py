"""The names of colours, and the colour that each is a name of."""

COLOURS = {
    "black": "black", "dark": "black", "white": "white", "red": "red", "crimson": "red",
    "scarlet": "red", "maroon": "red", "blue": "blue", "navy": "blue", "turquoise": "blue",
    "green": "green", "olive": "green", "yellow": "yellow", "golden": "yellow", "gold": "yellow",
    "blond": "yellow", "blonde": "yellow", "orange": "orange", "ginger": "orange", "pink": "pink",
    "purple": "purple", "violet": "purple", "lilac": "purple", "brown": "brown", "beige": "brown",
    "tan": "brown", "grey": "grey", "gray": "grey", "silver": "grey",
}  # fmt: skip
