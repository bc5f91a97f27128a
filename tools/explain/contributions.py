"""What each choice of a crop is worth: against the crop that makes that one choice otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.geometry import Box, as_array
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
    WHOLE = "whole"
    """That something found is not cut."""


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
    of: str = ""
    """What is whole, by its name."""


def contributions(
    sight: Sight,
    box: Box,
    preference: Preference | None = None,
    things: Mapping[str, Sequence[Box]] | None = None,
) -> Sequence[Contribution]:
    """Return what each choice of the crop contributed, the greatest gain first.

    `things` are boxes by name; those that are whole in the crop are held against its nearest side
    drawn through the middle of one.
    """
    preference = preference or Preference.load()
    rivals: list[tuple[Choice, str, Box]] = [
        (choice, "", rival) for choice, rival in [*_uncut(box), *_moved(box), *_wider(box)]
    ]
    for name, boxes in (things or {}).items():
        if boxes and all(box.contains(thing) for thing in boxes):
            rivals.append((Choice.WHOLE, name, _through(box, boxes[0])))
    every = as_array([box, *(rival for *_, rival in rivals)])
    chosen = preference.chosen(sight, every)
    gains: dict[tuple[Choice, str], list[float]] = {}
    for (choice, name, _), value in zip(rivals, chosen[1:], strict=True):
        gains.setdefault((choice, name), []).append(float(chosen[0] - value))
    found = [
        _measured(sight, box, choice, float(np.mean(g)), name)
        for (choice, name), g in gains.items()
    ]
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


def _through(box: Box, thing: Box) -> Box:
    """Return the crop whose nearest side runs through the middle of the thing."""
    middle = thing.centre
    ends = {"x1": middle.x, "x2": middle.x, "y1": middle.y, "y2": middle.y}
    gaps = {name: abs(getattr(box, name) - at) for name, at in ends.items()}
    nearest = min(gaps, key=lambda name: gaps[name])
    return box.model_copy(update={nearest: ends[nearest]})


def _measured(sight: Sight, box: Box, choice: Choice, gain: float, name: str = "") -> Contribution:
    strips = cut_away(box)
    if choice is Choice.CLOSER:
        return Contribution(choice=choice, gain=gain, amount=float(box.area**-0.5))
    if choice not in strips:
        return Contribution(choice=choice, gain=gain, of=name)
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
