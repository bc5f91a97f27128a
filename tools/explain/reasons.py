"""Reasons in words, each from a contribution that was measured; at most three."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.geometry import Box, as_array
from cropsmith.tools.vision.faces import is_certain
from cropsmith.tools.vision.texture import Plane, share_inside

LEAST_CUT = 0.03
"""Share of a side below which a cut is not worth a word."""
MOVE = 0.1


class Choice(StrEnum):
    """One choice that a crop makes."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    ACROSS = "across"
    """Where the frame lies from left to right."""
    DOWN = "down"
    """Where the frame lies from top to bottom."""
    CLOSER = "closer"
    FACES = "faces"


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one choice is worth, and what was measured where it matters."""

    choice: Choice
    gain: float
    """Log odds that an expert prefers the crop to the one that chooses otherwise."""
    amount: float = 0.0
    """Cut share of the side, or the factor by which the frame came closer."""
    interest: float = 0.0
    """Share of the photo's saliency in what was cut, divided by its share of the area."""
    detail: float = 0.0
    """Mean detail of what was cut, divided by the photo's mean."""


def contributions(
    sight: Sight, box: Box, preference: Preference | None = None
) -> Sequence[Contribution]:
    """Return what each choice of the crop contributed, the greatest gain first."""
    preference = preference or Preference.load()
    rivals = [*_uncut(box), *_moved(box), *_wider(box), *_through_a_face(sight, box)]
    boxes = as_array([box, *(rival for _, rival in rivals)])
    chosen = preference.chosen(sight, boxes)
    gains: dict[Choice, list[float]] = {}
    for (choice, _), value in zip(rivals, chosen[1:], strict=True):
        gains.setdefault(choice, []).append(float(chosen[0] - value))
    found = [_measured(sight, box, choice, float(np.mean(g))) for choice, g in gains.items()]
    return sorted(found, key=lambda c: -c.gain)


def cut_away(box: Box) -> dict[Choice, Box]:
    """Return the strips of the photo that the crop discards, over its full width or height."""
    strips = {
        Choice.LEFT: (0, 0, box.x1, 1),
        Choice.RIGHT: (box.x2, 0, 1, 1),
        Choice.TOP: (0, 0, 1, box.y1),
        Choice.BOTTOM: (0, box.y2, 1, 1),
    }
    amounts = {
        Choice.LEFT: box.x1,
        Choice.RIGHT: 1 - box.x2,
        Choice.TOP: box.y1,
        Choice.BOTTOM: 1 - box.y2,
    }
    return {side: Box.of(strips[side]) for side, a in amounts.items() if a >= LEAST_CUT}


def _uncut(box: Box) -> list[tuple[Choice, Box]]:
    ends = {
        Choice.LEFT: {"x1": 0.0},
        Choice.RIGHT: {"x2": 1.0},
        Choice.TOP: {"y1": 0.0},
        Choice.BOTTOM: {"y2": 1.0},
    }
    return [(side, box.model_copy(update=ends[side])) for side in cut_away(box)]


def _moved(box: Box) -> list[tuple[Choice, Box]]:
    moved = []
    for choice, dx, dy in (
        (Choice.ACROSS, MOVE, 0.0),
        (Choice.ACROSS, -MOVE, 0.0),
        (Choice.DOWN, 0.0, MOVE),
        (Choice.DOWN, 0.0, -MOVE),
    ):
        dx = min(max(dx, -box.x1), 1 - box.x2)
        dy = min(max(dy, -box.y1), 1 - box.y2)
        if abs(dx) + abs(dy) >= MOVE / 2:
            corners = (box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy)
            moved.append((choice, Box.of(corners)))
    return moved


def _wider(box: Box) -> list[tuple[Choice, Box]]:
    wider = [v + (e - v) / 2 for v, e in zip(box.corners, (0, 0, 1, 1), strict=True)]
    return [(Choice.CLOSER, Box.of(wider))] if box.area < 0.8 else []


def _through_a_face(sight: Sight, box: Box) -> list[tuple[Choice, Box]]:
    """Return the crop whose nearest side runs through the middle of the largest face."""
    faces = [face.box for face in sight.faces if is_certain(face)]
    whole = [face for face in faces if box.contains(face)]
    if not whole:
        return []
    middle = whole[0].centre
    ends = {"x1": middle.x, "x2": middle.x, "y1": middle.y, "y2": middle.y}
    gaps = {name: abs(getattr(box, name) - at) for name, at in ends.items()}
    nearest = min(gaps, key=lambda name: gaps[name])
    return [(Choice.FACES, box.model_copy(update={nearest: ends[nearest]}))]


def _measured(sight: Sight, box: Box, choice: Choice, gain: float) -> Contribution:
    strips = cut_away(box)
    if choice is Choice.CLOSER:
        return Contribution(choice=choice, gain=gain, amount=float(box.area**-0.5))
    if choice not in strips:
        return Contribution(choice=choice, gain=gain)
    strip = strips[choice]
    return Contribution(
        choice=choice,
        gain=gain,
        amount=strip.area,
        interest=_concentration(sight.saliency, strip),
        detail=_concentration(sight.texture.detail, strip),
    )


def _concentration(plane: Plane, strip: Box) -> float:
    return share_inside(plane, strip) / max(strip.area, 1e-6)


MOST = 3
LEAST_GAIN = 0.1
"""Log odds below which a choice made no difference worth a word."""
PLAIN, BUSY = 0.6, 1.25
"""Detail of what was cut, against the photo's mean, from which it is called empty or cluttered."""
QUIET = 0.8
"""Saliency of what was cut, against its share of the area, up to which little is lost."""
NEAR = 0.07
"""Share of the frame within which the eye takes a point to lie on a third or in the middle."""

SIDES = {
    Choice.LEFT: "on the left",
    Choice.RIGHT: "on the right",
    Choice.TOP: "at the top",
    Choice.BOTTOM: "at the bottom",
}


def reasons_for(
    sight: Sight, box: Box, *, kept: bool = False, preference: Preference | None = None
) -> Sequence[str]:
    """Return up to three sentences on why this crop, the weightiest first."""
    preference = preference or Preference.load()
    if kept or box == Box.whole():
        return ["The photo is kept: no crop is likely enough to be preferred to it."]
    said: list[str] = []
    for contribution in contributions(sight, box, preference):
        sentence = _sentence(sight, box, contribution)
        if contribution.gain >= LEAST_GAIN and sentence and sentence not in said:
            said.append(sentence)
    return said[:MOST] or ["It is the framing an expert would most likely choose at this shape."]


def _sentence(sight: Sight, box: Box, contribution: Contribution) -> str:
    choice = contribution.choice
    if choice in SIDES:
        return _cut(contribution, SIDES[choice])
    if choice is Choice.FACES:
        count = sum(box.contains(face.box) for face in sight.faces if is_certain(face))
        return "Keeps the face whole." if count == 1 else f"Keeps {count} faces whole."
    if choice is Choice.CLOSER:
        return f"Comes {contribution.amount:.1f} times closer to the subject."
    focus = sight.focal_point
    if not (box.x1 <= focus.x <= box.x2 and box.y1 <= focus.y <= box.y2):
        return ""
    if choice is Choice.ACROSS:
        return _place((focus.x - box.x1) / box.width, "left", "right")
    if sight.horizon is not None:
        level = (sight.horizon.start.y + sight.horizon.end.y) / 2
        return _horizon((level - box.y1) / box.height)
    return _place((focus.y - box.y1) / box.height, "upper", "lower")


def _cut(contribution: Contribution, where: str) -> str:
    amount = f"{contribution.amount:.0%}"
    if contribution.interest <= QUIET and contribution.detail <= PLAIN:
        return f"Removes empty space {where} ({amount})."
    if contribution.interest <= QUIET and contribution.detail >= BUSY:
        return f"Removes clutter {where} that holds little of interest ({amount})."
    if contribution.interest <= QUIET:
        return f"Removes {amount} {where}, where little stands out."
    return f"Removes {amount} {where} that would draw the eye away."


def _place(at: float, low: str, high: str) -> str:
    if abs(at - 0.5) <= NEAR:
        return "Centres the point of interest " + ("across." if low == "left" else "in height.")
    for third, name in ((1 / 3, low), (2 / 3, high)):
        if abs(at - third) <= NEAR:
            return f"Puts the point of interest on the {name} third."
    return ""


def _horizon(at: float) -> str:
    for third, name in ((1 / 3, "upper"), (2 / 3, "lower")):
        if abs(at - third) <= NEAR:
            return f"Sets the horizon on the {name} third."
    return ""
