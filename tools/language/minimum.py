"""Smallest sizes in words: "at least 2000 pixels wide", "800x800 or bigger"."""

from cropsmith.tools.language.joining import Shapes
from cropsmith.tools.language.reading import Reading, either
from cropsmith.tools.schema.geometry import Size

PIXELS = r"(?: ?(?:px|pixels?)\b)?"
AT_LEAST = (
    r"(?:without (?:getting|going|being|falling|dropping) (?:under|below|smaller than)"
    r"|not (?:under|below)|(?:at|with)? ?(?:at )?(?:least|minimum(?: of| size)?)"
    r"|no (?:smaller|less|fewer) than"
    r"|not (?:smaller|less) than|(?<!no )(?<!not )(?:bigger|larger) than|or (?:bigger|larger))"
)
SIDES = {"wide": 0, "across": 0, "width": 0, "in width": 0, "tall": 1, "high": 1, "in height": 1}


def read_minimum(reading: Reading, shapes: Shapes) -> None:
    """Take smallest sizes: "at least 2000 pixels wide", "minimum 1080x1350"."""
    sides = either(SIDES)
    most = (
        r"(?:under|below|at most|max(?:imum)?(?: of)?|no (?:more|wider|larger|bigger) than"
        r"|less than"
        r"|not (?:more|wider|larger|bigger) than|up to)"
    )
    for match in reading.take(
        rf"\b{most} \d{{2,5}}(?:{PIXELS} (?:{sides})| ?(?:px|pixels?)(?! (?:x|by)))\b"
    ):
        shapes.unclear.append(f"{match[0].strip()}: --resize makes it smaller")
    for match in reading.take(r"\bno[t]? (?:bigger|larger) than(?= \d+(?:\.\d+)? ?(?:x|by) ?\d)"):
        shapes.unclear.append(f"{match[0].strip()}: this size itself is made")
    for match in reading.take(rf"\b{AT_LEAST} (\d+) ?(?:x|by) ?(\d+){PIXELS}"):
        shapes.min_size = Size(width=int(match[1]), height=int(match[2]))
    behind = r"(?:,? ?(?:or|and) (?:bigger|larger|more|greater|above|up)"
    behind += r"|,? ?at (?:least|minimum|the least)"
    behind += r"|,? ?(?:as (?:a|the) )?minimum|\+)(?![\w:])"
    for match in reading.take(rf"(?<![\w.:])(\d{{3,}}) ?(?:x|by) ?(\d{{3,}}){PIXELS}{behind}"):
        shapes.min_size = Size(width=int(match[1]), height=int(match[2]))
    for match in reading.take(rf"\b{AT_LEAST} (\d+){PIXELS} ({sides})\b"):
        shapes.min_size = one_side(int(match[1]), match[2], shapes.min_size)
    for match in reading.take(
        rf"\b(\d{{3,}}){PIXELS} ({sides}) (?:at least|minimum|or (?:more|bigger|larger))\b"
    ):
        shapes.min_size = one_side(int(match[1]), match[2], shapes.min_size)
    after = r"(?:at least|minimum|or more|at minimum|min)"
    for match in reading.take(
        rf"\b{AT_LEAST} (\d+) ?(?:px|pixels?)\b[^,.|]*|\b(\d+) ?(?:px|pixels?) {after}\b"
    ):
        shapes.unclear.append(f"{match[0].strip()}: of which side?")


def one_side(pixels: int, side: str, known: Size | None) -> Size:
    """Return the smallest size with one more side known."""
    sizes = [known.width, known.height] if known else [1, 1]
    sizes[SIDES[side]] = pixels
    return Size(width=sizes[0], height=sizes[1])
