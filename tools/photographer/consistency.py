"""One photo in several ratios: do the crops tell the same picture, and which ones do it best?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import prod

from cropsmith.tools.schema.geometry import Box, Point

EXHAUSTIVE = 20_000
"""Joint choices that are all compared; beyond it one target after another is improved."""


@dataclass(frozen=True)
class Option:
    """One crop that a target could have."""

    box: Box
    value: float
    """How good it is by itself; comparable within its target only, larger is better."""


@dataclass(frozen=True)
class Consistency:
    """How alike the crops of one photo are; each from 0 to 1, larger is more alike."""

    place: float
    """The focal point stands at the same relative place in each crop."""
    subject: float
    """The same share of the subject is in each crop; 1 without a subject."""
    content: float
    """The smaller crop of each pair shows what the larger one shows."""

    @property
    def total(self) -> float:
        """The mean of the three."""
        return (self.place + self.subject + self.content) / 3


def consistency(boxes: Sequence[Box], focal: Point, subject: Box | None = None) -> Consistency:
    """Compare the crops of one photo pair by pair; one crop alone is consistent."""
    pairs = list(combinations(boxes, 2))
    if not pairs:
        return Consistency(1.0, 1.0, 1.0)
    return Consistency(
        place=sum(_same_place(a, b, focal) for a, b in pairs) / len(pairs),
        subject=sum(_same_subject(a, b, subject) for a, b in pairs) / len(pairs),
        content=sum(a.overlap(b) / min(a.area, b.area) for a, b in pairs) / len(pairs),
    )


def _same_place(a: Box, b: Box, focal: Point) -> float:
    """Return 1 less the mean shift of the focal point between two crops, in shares of them."""
    first, second = _within(a, focal), _within(b, focal)
    return 1 - (abs(first.x - second.x) + abs(first.y - second.y)) / 2


def _within(box: Box, point: Point) -> Point:
    """Return where a point stands in a crop, 0 to 1; its nearest edge when it is outside."""
    x, y = (point.x - box.x1) / box.width, (point.y - box.y1) / box.height
    return Point(x=min(1.0, max(0.0, x)), y=min(1.0, max(0.0, y)))


def _same_subject(a: Box, b: Box, subject: Box | None) -> float:
    """Return 1 less the difference of the shares of the subject that two crops show."""
    if subject is None:
        return 1.0
    return 1 - abs(a.overlap(subject) - b.overlap(subject)) / subject.area


def choose_together(
    options: Sequence[Sequence[Option]],
    focal: Point,
    subject: Box | None = None,
    weight: float = 1.0,
) -> Sequence[int]:
    """Return for each target the index of its option, so that all go together.

    Maximises the mean of the values, each scaled to 0..1 within its target, plus `weight` times the
    consistency. ValueError for a target without options.
    """
    if not all(options):
        raise ValueError("every target needs at least one option")
    worth = [_scaled([one.value for one in some]) for some in options]

    def joint(choice: Sequence[int]) -> float:
        value = sum(worth[t][i] for t, i in enumerate(choice)) / len(choice)
        boxes = [options[t][i].box for t, i in enumerate(choice)]
        return value + weight * consistency(boxes, focal, subject).total

    if prod(len(some) for some in options) <= EXHAUSTIVE:
        every = product(*(range(len(some)) for some in options))
        return list(max(every, key=lambda choice: joint(list(choice))))
    choice = [max(range(len(some)), key=some.__getitem__) for some in worth]
    while True:
        before = list(choice)
        for target, some in enumerate(worth):
            tries = [[*choice[:target], i, *choice[target + 1 :]] for i in range(len(some))]
            better = max(tries, key=joint)
            choice = better if joint(better) > joint(choice) else choice
        if choice == before:
            return choice


def _scaled(values: Sequence[float]) -> list[float]:
    """Return values from 0 (the worst) to 1 (the best); all 1 when they are equal."""
    low, high = min(values), max(values)
    return [1.0 if high == low else (value - low) / (high - low) for value in values]
