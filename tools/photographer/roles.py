"""Answers that differ: what a crop is among several, and drafts of each kind.

The kinds are those of a set of pictures: one that shows where it is, one of the thing in its
surroundings, one of the thing itself, and the thing on either side.
"""

from collections.abc import Sequence
from enum import StrEnum

from cropsmith.tools.photographer.grids import largest_of
from cropsmith.tools.schema.geometry import Box, Point


class Role(StrEnum):
    """What a crop is among several answers, the most telling first."""

    ESTABLISHING = "establishing"
    """Nearly all that the shape can show."""
    CLOSE_UP = "close-up"
    """The subject fills much of the frame."""
    MEDIUM = "medium"
    """The subject in its surroundings."""
    AS_IT_IS = "as it is"
    SUBJECT_LEFT = "subject on the left"
    SUBJECT_RIGHT = "subject on the right"
    LEFT_PART = "left part"
    """Of the photo, where nothing is known to be the subject."""
    RIGHT_PART = "right part"
    UPPER_PART = "upper part"
    LOWER_PART = "lower part"


WHY = {
    Role.AS_IT_IS: "Cuts nothing away.",
    Role.ESTABLISHING: "Shows nearly everything.",
    Role.MEDIUM: "Shows {} with something of what is around.",
    Role.CLOSE_UP: "Goes close to {}.",
    Role.SUBJECT_LEFT: "Has {} on the left and room on the right.",
    Role.SUBJECT_RIGHT: "Has {} on the right and room on the left.",
    Role.LEFT_PART: "Shows what lies on the left.",
    Role.RIGHT_PART: "Shows what lies on the right.",
    Role.UPPER_PART: "Shows what lies above.",
    Role.LOWER_PART: "Shows what lies below.",
}
"""A sentence for each, with a place for the subject's name."""
UNNAMED = {Role.MEDIUM: "Stands between wide and close.", Role.CLOSE_UP: "Goes close."}
"""Those that would speak of a subject, where it is not sure."""
WIDE = 0.72
"""Share of the largest box of the shape from which a crop is establishing."""
CLOSE = 0.42
"""Share up to which one may be a close-up."""
NEAR = 0.2
"""Share up to which one is a close-up, however small the subject."""
FILLED = 0.55
"""Share of the frame's width or height that the subject of a close-up takes at least."""
ASIDE = 0.42
"""Share of the width up to which the subject's centre is on a side."""
AIR = 0.25
"""Room around the subject of a close-up, as a share of its sides."""
LEAST = 0.12
"""Smallest share of the largest box that a draft takes."""
MIDDLING = 0.5
"""Share of the largest box that medium drafts take; those with the subject aside are a little
smaller, so that there is room to move."""
BESIDE = 0.42


def role_of(box: Box, shape: float | None, subject: Box | None, *, sure: bool) -> Role:
    """Return what a crop is. `shape` is width over height in shares of the photo's sides.

    Where the subject is not sure, a role only speaks of the photo's parts.
    """
    if box == Box.whole():
        return Role.AS_IT_IS
    share = box.area / most_of(shape)
    if share >= WIDE:
        return Role.ESTABLISHING
    if subject is None or not box.contains(subject):
        return _part(box)
    filled = max(subject.width / box.width, subject.height / box.height)
    if not sure:
        return _part(box, Role.CLOSE_UP if share <= CLOSE else Role.MEDIUM)
    if share <= NEAR or (share <= CLOSE and filled >= FILLED):
        return Role.CLOSE_UP
    at = (subject.centre.x - box.x1) / box.width
    if at <= ASIDE:
        return Role.SUBJECT_LEFT
    return Role.SUBJECT_RIGHT if at >= 1 - ASIDE else Role.MEDIUM


def most_of(shape: float | None) -> float:
    """Return the area of the largest box of the shape, as a share of the photo."""
    width, height = largest_of(shape) if shape else (1.0, 1.0)
    return float(width * height)


def drafts(shape: float | None, subject: Box) -> Sequence[Box]:
    """Return boxes for the roles, about the subject, within the photo; not yet whole pixels."""
    width, height = largest_of(shape) if shape else (1.0, 1.0)
    at = subject.centre
    close = max(subject.width / width, subject.height / height) * (1 + 2 * AIR)
    parts = (1.0, MIDDLING**0.5, min(max(close, LEAST**0.5), 1.0))
    made = [_placed(at, (0.5, 0.5), width * part, height * part) for part in parts]
    # The subject on a third line: the smaller the frame, the more room there is to move it.
    made += [
        _placed(at, (third, 0.5), width * part, height * part)
        for part in (BESIDE**0.5, (BESIDE / 2) ** 0.5)
        for third in (1 / 3, 2 / 3)
    ]
    return list(dict.fromkeys(box for box in made if box.contains(subject)))


def _placed(point: Point, place: tuple[float, float], width: float, height: float) -> Box:
    """Return the box of this size in which the point is as near to the place as it can be."""
    left = min(max(point.x - place[0] * width, 0.0), 1 - width)
    top = min(max(point.y - place[1] * height, 0.0), 1 - height)
    return Box.of((left, top, left + width, top + height))


def _part(box: Box, middle: Role = Role.MEDIUM) -> Role:
    """Return the part of the photo that a crop shows, by the way in which it is farther off."""
    across, down = box.centre.x - 0.5, box.centre.y - 0.5
    if max(abs(across), abs(down)) < 0.5 - ASIDE:
        return middle
    if abs(across) >= abs(down):
        return Role.LEFT_PART if across < 0 else Role.RIGHT_PART
    return Role.UPPER_PART if down < 0 else Role.LOWER_PART
