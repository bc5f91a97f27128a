"""Arguments of `crop()` as people write them, read into the values of a request.

Every function takes the argument's name, raises ArgumentError with it, and takes None for "not
given" where it says so. True and False are no numbers here.
"""

import contextlib
import math
import re
from collections.abc import Iterable
from enum import StrEnum
from numbers import Integral, Real
from typing import Any, TypeGuard, TypeVar

from cropsmith.errors import ArgumentError, UsageError
from cropsmith.tools.language.shapes import target_named
from cropsmith.tools.schema.faults import shown
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.level import MOST
from cropsmith.tools.schema.ratio import Ratio, decimal
from cropsmith.tools.schema.request import CopySpace, Side, Straighten, Target

Chosen = TypeVar("Chosen", bound=StrEnum)

DEGREES = re.compile(r"[-+]?\d{1,3}(?:\.\d{1,9})?°?")

MOST_PIXELS = 1_000_000
"""Longest side that a size may ask for; what a picture may have in all is limited elsewhere."""


def is_number(given: object) -> TypeGuard[float]:
    """Tell whether something is one finite real number, NumPy's included."""
    if not isinstance(given, Real) or isinstance(given, bool):
        return False
    try:
        return math.isfinite(given)
    except OverflowError:  # a whole number that no float holds
        return False


def members_of(given: object) -> tuple[Any, ...] | None:
    """Return what a list, tuple, set or array holds; None for a single thing, text included."""
    if isinstance(given, str | bytes | Ratio | Size | Box) or not isinstance(given, Iterable):
        return None
    return tuple(given)


def text_of(given: object, name: str) -> str:
    """Return text, which may be empty."""
    if not isinstance(given, str):
        raise ArgumentError(name, f"must be text, not {shown(given)}")
    return given


def words_of(given: object, name: str) -> tuple[str, ...]:
    """Return one phrase or several; none for None."""
    if given is None:
        return ()
    found = members_of(given)
    for each in (given,) if found is None else found:
        if not isinstance(each, str) or not each.strip():
            raise ArgumentError(name, f"must be words, not {shown(each)}")
    return (str(given),) if found is None else found


def flag_of(given: object, name: str) -> bool | None:
    """Return True, False or None."""
    if given is None or isinstance(given, bool):
        return given
    raise ArgumentError(name, f"must be True or False, not {shown(given)}")


def number_of(given: object, name: str, low: float, high: float) -> float | None:
    """Return a number within bounds, or None."""
    if given is None or (is_number(given) and low <= given <= high):
        return None if given is None else float(given)
    raise ArgumentError(name, f"must be a number from {low:g} to {high:g}, not {shown(given)}")


def straighten_of(given: object, name: str) -> Straighten | None:
    """Read "auto" or degrees, -15 to 15, clockwise; None for None."""
    if given is None or given == "auto":
        return "auto" if given else None
    number = given
    if isinstance(given, str) and DEGREES.fullmatch(given.strip()):
        number = float(given.strip().removesuffix("°"))
    if is_number(number) and -MOST <= number <= MOST:
        return float(number)
    reason = f"must be auto, or degrees from -{MOST:g} to {MOST:g}, not {shown(given)}"
    raise ArgumentError(name, reason, hint="Positive turns clockwise: 1.5.")


def count_of(given: object, name: str, low: int, high: int) -> int | None:
    """Return a whole number within bounds, or None."""
    if given is None or (is_number(given) and isinstance(given, Integral) and low <= given <= high):
        return None if given is None else int(given)
    raise ArgumentError(name, f"must be {low} to {high}, not {shown(given)}")


def choice_of(kind: type[Chosen], given: object, name: str) -> Chosen:
    """Return the member of an enumeration that a word means."""
    if isinstance(given, str) and given in list(kind):
        return kind(given)
    *names, last = (member.value for member in kind)
    raise ArgumentError(name, f"must be {', '.join(names)} or {last}, not {shown(given)}")


def choices_of(kind: type[Chosen], given: object, name: str) -> tuple[Chosen, ...]:
    """Return the members of an enumeration that one word or several mean; none for None."""
    return tuple(choice_of(kind, word, name) for word in words_of(given, name))


def space_of(given: object, name: str) -> CopySpace | None:
    """Read a side, or take a CopySpace; None for None."""
    if given is None or isinstance(given, CopySpace):
        return given
    return CopySpace(side=choice_of(Side, given, name))


def size_of(given: object, name: str) -> Size | None:
    """Read "1080x1350" or (1080, 1350) as pixels; None for None."""
    if given is None or isinstance(given, Size):
        return given
    parts: Any = given.lower().replace("×", "x").split("x") if isinstance(given, str) else given
    sides = members_of(parts) or ()
    if isinstance(given, str):
        sides = tuple(int(side) if side.strip().isdecimal() else None for side in sides)
    whole = [int(s) for s in sides if is_number(s) and s == int(s) and 1 <= s <= MOST_PIXELS]
    if len(whole) != 2 or len(sides) != 2:
        reason = f"must be WIDTHxHEIGHT in pixels, not {shown(given)}"
        raise ArgumentError(name, reason, hint="Write 1080x1350 or (1080, 1350).")
    return Size(width=whole[0], height=whole[1])


def targets_of(ratio: object, size: object) -> tuple[Target, ...]:
    """Return the asked shapes, none for None.

    A ratio is a name or "4:5", a Ratio, a number (width / height), or two numbers (4, 5); a list
    of them asks for several crops.
    """
    targets = _ratios(ratio)
    if pixels := size_of(size, "size"):
        asked = Ratio.of_size(pixels)
        name = f"{pixels.width}x{pixels.height}"
        if len(targets) > 1 or (targets and targets[0].ratio not in (None, asked)):
            raise UsageError(f"The size {name} does not have the ratio asked for.")
        return (Target(name=name, ratio=_within_reason(asked), size=pixels),)
    return targets


def _ratios(given: object) -> tuple[Target, ...]:
    if given is None:
        return ()
    found = members_of(given)
    if found is None:
        return (_target(given),)
    if len(found) == 2 and all(map(is_number, found)):
        if isinstance(given, tuple):
            return (_target(given),)
        raise ArgumentError(
            "ratio",
            f"may be one shape or two in {shown(given)}",
            hint=f"Write ({found[0]}, {found[1]}) for one, or each as text for two.",
        )
    return tuple(_target(one) for one in found)


def _target(given: object) -> Target:
    """Return the target of one ratio."""
    if isinstance(given, Ratio):
        return Target(name=str(given), ratio=_within_reason(given))
    if isinstance(given, str):
        return _named(given)
    if is_number(given):
        ratio = Ratio.of_value(given)
        return Target(name=str(ratio), ratio=ratio)
    pair = members_of(given) or ()
    if len(pair) == 2 and all(is_number(side) and side > 0 for side in pair):
        ratio = Ratio.parse(f"{pair[0]}:{pair[1]}")
        return Target(name=str(ratio), ratio=ratio)
    reason = f"must be a shape, not {shown(given)}"
    raise ArgumentError("ratio", reason, hint='Write "4:5", (4, 5), 0.8 or "square".')


def _named(text: str) -> Target:
    """Return the target of a name, a ratio or a bare number: "square", "4:5", "0.8"."""
    with contextlib.suppress(ValueError):  # no bare number, then
        return Target(name=text.strip(), ratio=Ratio.of_value(decimal(text)))
    return target_named(text)


def _within_reason(ratio: Ratio) -> Ratio:
    return Ratio.parse(str(ratio))


def box_of(given: object, name: str) -> Box | None:
    """Read (x1, y1, x2, y2) or "x1,y1,x2,y2" in [0, 1] of the upright photo; None for None."""
    if given is None or isinstance(given, Box):
        return given
    corners = members_of(given.split(",") if isinstance(given, str) else given) or ()
    try:
        numbers = [float(corner) for corner in corners if not isinstance(corner, bool)]
    except (ValueError, TypeError):
        numbers = []
    hint = "For example 0.1,0.2,0.6,0.9."
    if len(numbers) == 4 == len(corners):
        x1, y1, x2, y2 = numbers
        if 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1:
            return Box(x1=x1, y1=y1, x2=x2, y2=y2)
        if max(numbers) > 1:
            hint = "Divide pixels by the photo's width and height."
    reason = f"must be a box x1,y1,x2,y2 in 0..1 of the upright photo, not {shown(given)}"
    raise ArgumentError(name, reason, hint=hint)


def boxes_of(given: object, name: str) -> tuple[Box, ...]:
    """Read one box or several; none for None."""
    found = members_of(given)
    one = given is not None and (found is None or (len(found) == 4 and all(map(is_number, found))))
    boxes = (box_of(each, name) for each in ((given,) if one else found or ()))
    return tuple(box for box in boxes if box is not None)
