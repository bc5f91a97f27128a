"""Rectangles in pixels of the photo: "from 200,150 to 1400,950", "x=120 y=80 w=900 h=600"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cropsmith.tools.language.sides import strip
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.request import Side

POINT = (
    r"\(? ?(?:x ?[=:]? ?)?(?P<{0}>\d{{1,5}}) ?(?:px)? ?[,;/]? ?(?:y ?[=:]? ?)?(?<!\d)"
    r"(?P<{1}>\d{{1,5}}) ?(?:px)? ?\)?"
)
IN = r"(?:(?:pixels?|px|coordinates?|coords?|point|corner|top[- ]left|at|is|the|:) )*"
KEY = r"\b(?:{names}) ?[=:]? ?(?P<{name}>\d{{1,5}})(?: ?px)?"
END = r"(?![\d:%])"


def _keys(*keys: tuple[str, str]) -> str:
    """Return a pattern of named numbers in a row."""
    gap = r"[,; ]*(?:and )?"
    return gap.join(KEY.format(name=name, names=names) for name, names in keys) + END


LEFT, TOP = ("x1", "x1|left|x"), ("y1", "y1|top|y")
FORMS = (
    rf"\bfrom {IN}{POINT.format('x1', 'y1')} (?:to|until|through) "
    rf"(?:(?:bottom[- ]right|the|at) )*{IN}{POINT.format('x2', 'y2')}{END}",
    rf"\btop[- ]left {IN}{POINT.format('x1', 'y1')}[,; ]*(?:and |to )?(?:the )?"
    rf"bottom[- ]right {IN}{POINT.format('x2', 'y2')}{END}",
    _keys(LEFT, TOP, ("x2", "x2|right"), ("y2", "y2|bottom")),
    _keys(("x1", "x|left"), ("y1", "y|top"), ("w", "w|width"), ("h", "h|height")),
    _keys(("w", "w|width"), ("h", "h|height"), ("x1", "x|left"), ("y1", "y|top")),
    r"(?<!\d)(?P<w>\d{2,5}) ?[x×] ?(?P<h>\d{2,5})\+(?P<x1>\d{1,5})\+(?P<y1>\d{1,5})" + END,
    r"(?<!\d)(?P<w>\d{2,5}) ?[x×] ?(?P<h>\d{2,5})(?: ?(?:px|pixels))?,? (?:(?:starting|start|with"
    rf" offset|offset|its|the|a) )*(?:at|from|offset|top[- ]left) {IN}{POINT.format('x1', 'y1')}"
    + END,
)  # fmt: skip
NUMBER = re.compile(r"\d+")
FOUR = re.compile(
    r"(?<![\d.:,x])\d{1,4}(?:, ?| )\d{1,4}(?:, ?| )\d{2,5}(?:, ?| )\d{2,5}(?![\d.:%x]|,\d)"
)
"""Two corners, or a corner and a size: nobody can tell which."""
UNIT = r"(?:inch(?:es)?|cm|mm|centimet(?:er|re)s?)"
STRIP = re.compile(
    r"\b(?:(?:about|around|roughly|just|maybe) )?(?:(?:an?|one|two|half an?|\d+(?:[.,]\d+)?) ?"
    rf"{UNIT} (?:off|from|of)(?: (?:the|each|every|both|all|either|its))*"
    r" (?:top|bottom|left|right|sides?|edges?|borders?)\b"
    rf"|the (?:top|bottom|left|right) (?:\d+(?:[.,]\d+)? ?)?{UNIT}\b)"
)
"""Of a photo on a screen nobody knows what an inch is."""


@dataclass(frozen=True)
class Rectangles:
    """A text without its rectangles, and what they leave out."""

    text: str
    keep_out: Sequence[Box] = ()
    told: Sequence[str] = ()


@cache
def _forms() -> Sequence[re.Pattern[str]]:
    """Return the patterns compiled, once a text has four numbers."""
    return [re.compile(form) for form in FORMS]


def without_rectangles(text: str, image: Size) -> Rectangles:
    """Take the rectangles out of a text in small letters; its pixels stand in their place."""
    keep_out: list[Box] = []
    told: list[str] = []

    def taken(match: re.Match[str]) -> str:
        side = {name: int(n) for name, n in match.groupdict().items()}
        right = side["x2"] if "x2" in side else side["x1"] + side["w"]
        bottom = side["y2"] if "y2" in side else side["y1"] + side["h"]
        if not (side["x1"] < right <= image.width and side["y1"] < bottom <= image.height):
            told.append(f"{match[0].strip()}: no part of the photo's {image}")
            return " | "
        left, top = side["x1"] / image.width, side["y1"] / image.height
        strips = {
            Side.LEFT: left, Side.TOP: top, Side.RIGHT: 1 - right / image.width,
            Side.BOTTOM: 1 - bottom / image.height,
        }  # fmt: skip
        keep_out.extend(strip(one, share) for one, share in strips.items() if share > 0)
        return f" | {right - side['x1']}x{bottom - side['y1']} px | "

    def unsure(match: re.Match[str]) -> str:
        told.append(f"{match[0].strip()}: two corners, or a corner and a size?")
        return " | "

    def no_length(match: re.Match[str]) -> str:
        told.append(f"{match[0].strip()}: a photo has no such measure; give pixels or a share")
        return " | "

    if len(NUMBER.findall(text)) >= 4:
        for form in _forms():
            text = form.sub(taken, text)
        text = FOUR.sub(unsure, text)
    return Rectangles(STRIP.sub(no_length, text), keep_out, told)
