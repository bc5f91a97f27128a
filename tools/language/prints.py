"""Prints with their resolution: "10x15 cm at 300 dpi" is so many pixels."""

import re
from collections.abc import Mapping

from cropsmith.tools.language.numerals import COUNTED, number
from cropsmith.tools.language.reading import either
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target

INCHES: Mapping[str, float] = {
    "mm": 1 / 25.4, "millimeters": 1 / 25.4, "millimetres": 1 / 25.4, "cm": 1 / 2.54,
    "centimeters": 1 / 2.54, "centimetres": 1 / 2.54, "in": 1.0, "inch": 1.0, "inches": 1.0,
    '"': 1.0,
    "''": 1.0,
}  # fmt: skip
NAMES = {"m": "mm", "c": "cm"}
UNIT = rf"(?:{either(INCHES)})"
SIDE = r"(?: (?:wide|high|tall|deep|across|long))?"
AMOUNT = rf"(?:\d+(?:\.\d+)?|{either(COUNTED)})"
RESOLUTION = re.compile(
    r"(?:,? ?(?:\b(?:at|with|in|and) ?)?(?:a resolution of )?)(?P<dpi>\d{2,4})"
    r" ?(?:dpi|ppi|dots per inch|pixels per inch)\b"
)
PAIR = re.compile(
    rf"(?:\b(?:for|as|a|an|in|to|size) )*(?<![\w.:])(?P<width>{AMOUNT})"
    rf" ?(?P<first>{UNIT}(?![a-z]))?{SIDE} ?(?:x|by|/|\bon\b|\u00d7) ?"
    rf"(?P<height>{AMOUNT})(?:[- ]?(?P<unit>{UNIT})(?![a-z]))?{SIDE}(?: print|"
    rf" photo| picture)?(?![\w:])"
)
PAPERS: Mapping[str, tuple[int, int]] = {
    "a2": (420, 594), "a3": (297, 420), "a4": (210, 297), "a5": (148, 210), "a6": (105, 148),
}  # fmt: skip
"""Millimetres (ISO 216)."""
PAPER = re.compile(
    rf"(?:\b(?:for|as|a|an|in|to|on|size) )*\b(?P<paper>{'|'.join(PAPERS)})\b(?:"
    rf" (?:print|paper|page|poster|format|size))*"
)
MOST = 30_000
"""Pixels of a side, beyond which a print was not meant."""


def prints(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find prints whose resolution is said; without a unit they are inches, as papers are."""
    resolution = RESOLUTION.search(text)
    if resolution is None:
        return text
    dpi = int(resolution["dpi"])
    for pair in PAIR.finditer(text):
        unit = pair["unit"] or pair["first"] or "inches"
        sides = [float(number(pair[side]) or pair[side]) for side in ("width", "height")]
        pixels = [round(side * INCHES[unit] * dpi) for side in sides]
        if not all(1 <= side <= MOST for side in pixels):
            continue
        size = Size(width=pixels[0], height=pixels[1])
        name = f"{sides[0]:g}x{sides[1]:g} {NAMES.get(unit[0], 'inches')}"
        placed.append((pair.start(), Target(name=name, ratio=Ratio.of_size(size), size=size)))
        text = text[: pair.start()] + "\x00" * len(pair[0]) + text[pair.end() :]
    for paper in PAPER.finditer(text):
        pixels = [round(side / 25.4 * dpi) for side in PAPERS[paper["paper"]]]
        if max(pixels) <= MOST:
            size = Size(width=pixels[0], height=pixels[1])
            name = f"{paper['paper'].upper()} at {dpi} dpi"
            placed.append((paper.start(), Target(name=name, ratio=Ratio.of_size(size), size=size)))
            text = text[: paper.start()] + "\x00" * len(paper[0]) + text[paper.end() :]
    return RESOLUTION.sub(lambda match: "\x00" * len(match[0]), text)
