"""Boxes between our frame and a model's own: numbers, text, and the JSON schema of both.

Nothing here guesses by the size of the numbers: a value that contradicts the declared convention
is an error, because a box read in the wrong one is a plausible wrong crop.
"""

import math
import re
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cropsmith.agents.backends.boxes.convention import Convention, Frame, Notation, Order
from cropsmith.tools.schema.geometry import Box, Point, Size

TOLERANCE = 0.05
"""How far past an edge, as a share of the side, an answer is clamped instead of refused."""

NAMES = ("x_min", "y_min", "x_max", "y_max")
NAMED_CORNERS = (NAMES, ("x1", "y1", "x2", "y2"), ("xmin", "ymin", "xmax", "ymax"))
"""Names of corners that models use where four numbers were asked: they say the order themselves."""

AS_TEXT = re.compile(r"\s*\[?\s*([-\d.,\s]{1,120}?)\s*\]?\s*")
"""Numbers of a box that were put into a string."""

INTEGER = r"(\d{1,5})"
NUMBER = r"(-?\d{1,9}(?:\.\d{1,17})?)"
"""Bounded, as all that is looked for in text: a search must not run on from each of its signs."""
JSON_NOTATIONS = (Notation.BBOX_2D, Notation.BOX_2D, Notation.BOX)

PATTERNS = {
    Notation.QWEN_TAG: rf"\({NUMBER}, ?{NUMBER}\), ?\({NUMBER}, ?{NUMBER}\)",
    Notation.BOX_TAG: rf"\[{NUMBER}, ?{NUMBER}, ?{NUMBER}, ?{NUMBER}\]",
    Notation.BOX_SPACED: rf"<box>{NUMBER} {NUMBER} {NUMBER} {NUMBER}</box>",
    Notation.BOX_PAIRS: rf"<box>\({NUMBER}, ?{NUMBER}\), ?\({NUMBER}, ?{NUMBER}\)</box>",
    Notation.GLM_TAG: rf"\[{NUMBER}, ?{NUMBER}, ?{NUMBER}, ?{NUMBER}\]",
    Notation.DET_TAG: rf"\[{NUMBER}, ?{NUMBER}, ?{NUMBER}, ?{NUMBER}\]",
    Notation.LOC_PADDED: r"<loc(\d{4})><loc(\d{4})><loc(\d{4})><loc(\d{4})>",
    Notation.LOC: r"<loc_(\d{1,4})><loc_(\d{1,4})><loc_(\d{1,4})><loc_(\d{1,4})>",
    Notation.POINT_TAG: (
        rf'<point x="{NUMBER}" y="{NUMBER}"[^>]{{0,200}}>(?:[^<]{{0,200}}</point>)?\s{{0,9}}'
        rf'<point x="{NUMBER}" y="{NUMBER}"'
    ),
    # Frame, index, x, y, and again for the second corner.
    Notation.POINTS_TAG: (
        rf"\d{{1,6}} \d{{1,6}} {INTEGER} {INTEGER}[ ;,]{{1,9}}(?:\d{{1,6}} )?"
        rf"\d{{1,6}} {INTEGER} {INTEGER}"
    ),
}
"""How the four numbers are found in text, in the family's order."""

TEMPLATES = {
    Notation.QWEN_TAG: "<|box_start|>({},{}),({},{})<|box_end|>",
    Notation.BOX_TAG: "<box>[[{}, {}, {}, {}]]</box>",
    Notation.BOX_SPACED: "<box>{} {} {} {}</box>",
    Notation.BOX_PAIRS: "<box>({},{}),({},{})</box>",
    Notation.GLM_TAG: "<|begin_of_box|>[[{}, {}, {}, {}]]<|end_of_box|>",
    Notation.DET_TAG: "<|det|>[[{}, {}, {}, {}]]<|/det|>",
    Notation.LOC_PADDED: "<loc{:0>4}><loc{:0>4}><loc{:0>4}><loc{:0>4}>",
    Notation.LOC: "<loc_{}><loc_{}><loc_{}><loc_{}>",
    Notation.POINT_TAG: '<point x="{}" y="{}"></point><point x="{}" y="{}"></point>',
    Notation.POINTS_TAG: '<points coords="1 1 {:0>3} {:0>3} 1 2 {:0>3} {:0>3}">',
}


class OutOfConvention(ValueError):
    """An answer's box contradicts the convention declared for its model."""


class Inverted(OutOfConvention):
    """A box has swapped or equal corners: a slip that no schema can forbid."""


@dataclass(frozen=True)
class ReadBox:
    """A box as read, and how far it had to be clamped (a share of the side; 0 mostly)."""

    box: Box
    clamped: float


@dataclass(frozen=True)
class ReadPoint:
    """A point as read, and how far it had to be clamped."""

    point: Point
    clamped: float


def extents(convention: Convention, sent: Size) -> Sequence[float]:
    """Return the numbers that stand for the right and the bottom edge of the frame."""
    if convention.extent is not None:
        return (convention.extent, convention.extent)
    seen = convention.seen(sent)
    return (seen.width, seen.height)


def native_sides(convention: Convention, sent: Size) -> Sequence[float]:
    """Return how wide and how high the whole picture is in the family's numbers."""
    across, down = extents(convention, sent)
    if convention.frame is Frame.PADDED:
        side = max(sent.width, sent.height)
        return (across * sent.width / side, down * sent.height / side)
    return (across, down)


def _to_native(convention: Convention, sent: Size, x: float, y: float) -> Sequence[float]:
    if convention.frame is Frame.PADDED:
        side = max(sent.width, sent.height)
        x = (x * sent.width + (side - sent.width) / 2) / side
        y = (y * sent.height + (side - sent.height) / 2) / side
    across, down = extents(convention, sent)
    if convention.bins:
        return (min(across - 1, math.floor(x * across)), min(down - 1, math.floor(y * down)))
    return (round(x * across, convention.decimals), round(y * down, convention.decimals))


def _to_ours(convention: Convention, sent: Size, x: float, y: float) -> Sequence[float]:
    across, down = extents(convention, sent)
    middle = 0.5 if convention.bins else 0.0
    x, y = (x + middle) / across, (y + middle) / down
    if convention.frame is Frame.PADDED:
        side = max(sent.width, sent.height)
        x = (x * side - (side - sent.width) / 2) / sent.width
        y = (y * side - (side - sent.height) / 2) / sent.height
    return (x, y)


def _written(convention: Convention, number: float) -> int | float:
    return int(number) if convention.decimals == 0 else number


def native_numbers(box: Box, convention: Convention, sent: Size) -> Sequence[int | float]:
    """Return the four numbers of a box, in the family's order, scale and frame."""
    x1, y1 = _to_native(convention, sent, box.x1, box.y1)
    x2, y2 = _to_native(convention, sent, box.x2, box.y2)
    order = (y1, x1, y2, x2) if convention.order is Order.YXYX else (x1, y1, x2, y2)
    return [_written(convention, number) for number in order]


def write_box(box: Box, convention: Convention, sent: Size) -> Any:
    """Return the JSON value that the family would write for a box on a picture of size `sent`."""
    numbers = native_numbers(box, convention, sent)
    if convention.notation is Notation.NAMED:
        return dict(zip(NAMES, numbers, strict=True))
    if template := TEMPLATES.get(convention.notation):
        return template.format(*numbers)
    return list(numbers)


def write_point(point: Point, convention: Convention, sent: Size) -> list[int | float]:
    """Return the two numbers of a point, in the family's order."""
    x, y = _to_native(convention, sent, point.x, point.y)
    order = (y, x) if convention.order is Order.YXYX else (x, y)
    return [_written(convention, number) for number in order]


def _numbers(value: Any, count: int) -> list[float]:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]
    if isinstance(value, str) and (text := AS_TEXT.fullmatch(value)):
        value = text[1].split(",")
    if not isinstance(value, list) or len(value) != count:
        raise OutOfConvention(f"{_told(value)} is not {count} numbers")
    numbers = [_number(v) for v in value]
    if None in numbers:
        raise OutOfConvention(f"{_told(value)} is not {count} numbers")
    found = [number for number in numbers if number is not None]
    if not all(map(math.isfinite, found)):
        raise OutOfConvention(f"{_told(value)} holds a number that is not finite")
    return found


def _number(value: Any) -> float | None:
    """Return a number, also one that was written as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(rf"\s*{NUMBER}\s*", value):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _told(value: Any) -> str:
    """Return what was written, shortened: an answer may hold a million numbers."""
    return reprlib.repr(value)


def find_numbers(text: str, notation: Notation) -> list[list[float]]:
    """Return the four numbers of every box written in `text` in a notation, in written order."""
    pattern = PATTERNS.get(notation)
    if pattern is None:
        return []
    return [[float(v) for v in found.groups()] for found in re.finditer(pattern, text)]


def _plain(value: Any, convention: Convention) -> list[float]:
    """Unwrap the family's notation, or corners by name, to four numbers in its order."""
    if isinstance(value, str) and convention.notation not in JSON_NOTATIONS:
        found = find_numbers(value, convention.notation)
        if len(found) == 1:
            return found[0]
        if len(found) > 1 or convention.notation is not Notation.NAMED:
            raise OutOfConvention(f"{_told(value)} is not one box of {convention.family}")
    if isinstance(value, dict):
        for names in NAMED_CORNERS:
            if all(name in value for name in names):
                x1, y1, x2, y2 = _numbers([value[name] for name in names], 4)
                swapped = convention.order is Order.YXYX
                return [y1, x1, y2, x2] if swapped else [x1, y1, x2, y2]
        inner = value.get(convention.notation.value)
        if convention.notation not in JSON_NOTATIONS or inner is None:
            raise OutOfConvention(f"{_told(value)} is not a box of {convention.family}")
        value = inner
    return _numbers(value, 4)


def _inside(convention: Convention, value: Any, shares: Sequence[float]) -> float:
    beyond = max(max(-share, share - 1, 0.0) for share in shares)
    if beyond > TOLERANCE:
        raise OutOfConvention(f"{_told(value)} is outside the convention {convention.family}")
    return beyond


def _contradicts(convention: Convention, numbers: Sequence[float], sent: Size) -> bool:
    """Tell whether fractions were given where whole numbers of a large extent were due."""
    large = min(extents(convention, sent)) > 10
    return convention.decimals == 0 and large and max(map(abs, numbers)) <= 1


def read_box(value: Any, convention: Convention, sent: Size) -> ReadBox:
    """Convert what a model wrote for a box. OutOfConvention when it cannot be one."""
    numbers = _plain(value, convention)
    if _contradicts(convention, numbers, sent):
        raise OutOfConvention(f"{_told(value)} is in fractions, not in its family's convention")
    first, second, third, fourth = numbers
    if convention.order is Order.YXYX:
        first, second, third, fourth = second, first, fourth, third
    x1, y1 = _to_ours(convention, sent, first, second)
    x2, y2 = _to_ours(convention, sent, third, fourth)
    clamped = _inside(convention, value, (x1, y1, x2, y2))
    if x1 >= x2 or y1 >= y2:
        raise Inverted(f"{_told(value)} has swapped or equal corners")
    try:
        return ReadBox(Box.of((x1, y1, x2, y2)), clamped)
    except ValueError as error:
        raise OutOfConvention(f"{_told(value)} lies outside the picture") from error


def read_point(value: Any, convention: Convention, sent: Size) -> ReadPoint:
    """Convert what a model wrote for a point. OutOfConvention when it cannot be one."""
    if isinstance(value, dict) and "point_2d" in value:
        value = value["point_2d"]
    first, second = _numbers(value, 2)
    if convention.order is Order.YXYX:
        first, second = second, first
    x, y = _to_ours(convention, sent, first, second)
    clamped = _inside(convention, value, (x, y))
    return ReadPoint(Point(x=min(1.0, max(0.0, x)), y=min(1.0, max(0.0, y))), clamped)


def _number_schema(convention: Convention, top: float) -> dict[str, Any]:
    """Return the schema of one number: bounded, since a grammar may write 1e999 otherwise."""
    if convention.decimals == 0:
        return {"type": "integer", "minimum": 0, "maximum": int(top)}
    return {"type": "number", "minimum": 0, "maximum": top}


def _array_schema(convention: Convention, sent: Size, pairs: int, by_place: bool) -> dict[str, Any]:
    across, down = extents(convention, sent)
    length = 2 * pairs
    if across == down or not by_place:
        number = _number_schema(convention, max(across, down))
        return {"type": "array", "items": number, "minItems": length, "maxItems": length}
    tops = (down, across) if convention.order is Order.YXYX else (across, down)
    return {
        "type": "array",
        "prefixItems": [_number_schema(convention, top) for top in tops * pairs],
        "items": False,
        "minItems": length,
        "maxItems": length,
    }


def box_schema(convention: Convention, sent: Size, *, by_place: bool = True) -> dict[str, Any]:
    """Return the JSON schema of a box in the family's notation.

    `by_place` gives x and y bounds of their own (prefixItems), which OpenAI does not take.
    """
    if convention.notation is Notation.NAMED:
        number = _number_schema(convention, max(extents(convention, sent)))
        return {
            "type": "object",
            "properties": {name: number for name in NAMES},
            "required": list(NAMES),
            "additionalProperties": False,
        }
    if template := TEMPLATES.get(convention.notation):
        digit = (
            r"\d{1,4}" if convention.decimals == 0 else rf"\d{{1,3}}\.\d{{1,{convention.decimals}}}"
        )
        pieces = re.split(r"\{[^}]*\}", template)
        return {"type": "string", "pattern": f"^{digit.join(map(re.escape, pieces))}$"}
    return _array_schema(convention, sent, 2, by_place)


def point_schema(convention: Convention, sent: Size, *, by_place: bool = True) -> dict[str, Any]:
    """Return the JSON schema of a point: two bounded numbers."""
    return _array_schema(convention, sent, 1, by_place)
