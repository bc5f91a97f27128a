"""Every way in which a model might mean its four numbers, and which of them fits the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import mean

from cropsmith.agents.backends.boxes.convention import Convention, Frame, Notation, Order
from cropsmith.agents.backends.boxes.family import families
from cropsmith.agents.backends.boxes.native_box import OutOfConvention, read_box
from cropsmith.agents.backends.boxes.resize import (
    AnyResize,
    Claude,
    Kimi,
    OpenAIPatches,
    OpenAITiles,
    Smart,
    Square,
    Untouched,
)
from cropsmith.tools.schema.geometry import Box, Size

CLOSE = 0.03
"""Mean distance of the corners from the truth, as a share of the side, that still is an answer."""

CLEAR = 1.5
"""How many times further off a reading must be that would give other crops."""

TIED = 1.25
EXACT = 5e-5
"""Errors within this factor and share of a side of each other say nothing between two readings."""

ALIKE = 0.004
"""A row of the table that reads the same answers this near is the same convention."""

BUDGETS = (256, 512, 768, 1024, 1280, 2048, 4096, 8192, 16384)


@dataclass(frozen=True)
class Sighting:
    """Four numbers that a model wrote about a picture, and the truth."""

    numbers: Sequence[float]
    sent: Size
    truth: Box


@dataclass(frozen=True)
class Fit:
    """How well a hypothesis explains the sightings."""

    convention: Convention
    error: float
    """Mean distance of the corners, as a share of the side."""
    boxes: Sequence[Box]
    iou: float

    def apart(self, other: "Fit") -> float:
        """Return the mean distance between what the two read."""
        return mean(map(distance, self.boxes, other.boxes))


def distance(one: Box, other: Box) -> float:
    """Return the mean distance of two boxes' sides, as a share of the picture."""
    return mean(abs(a - b) for a, b in zip(one.corners, other.corners, strict=True))


@cache
def hypotheses() -> Sequence[Convention]:
    """Return order x scale x frame x resize rule, the likelier ones first."""
    rules: list[AnyResize] = [
        Untouched(),
        *(Smart(factor=f, max_tokens=n) for f in (28, 32) for n in BUDGETS),
        Claude(),
        Claude(edge=2576, budget=4784),
        OpenAITiles(),
        OpenAIPatches(),
        OpenAIPatches(side=8000, cap=1536),
        Kimi(),
        *(Square(side=side) for side in (224, 336, 384, 448, 512, 768, 896)),
    ]
    made: list[Convention] = []

    def add(extent: float | None, frame: Frame, resize: AnyResize) -> None:
        for order in Order:
            made.append(
                Convention(
                    family="probed",
                    order=order,
                    extent=extent,
                    # Numbers are read with their fractions, whatever the family writes.
                    decimals=4,
                    frame=frame,
                    resize=resize,
                    source="models probe",
                    standing="probed",
                )
            )

    for extent in (1000.0, 1.0, 999.0, 100.0, 1024.0):
        add(extent, Frame.FULL, Untouched())
        add(extent, Frame.PADDED, Untouched())
    for rule in rules:
        add(None, Frame.SEEN, rule)
    return made


def fit(convention: Convention, sightings: Sequence[Sighting]) -> Fit | None:
    """Read the sightings by a hypothesis; None when any of them contradicts it."""
    boxes = []
    plain = convention.model_copy(update={"notation": Notation.BOX})
    for seen in sightings:
        try:
            boxes.append(read_box(list(seen.numbers), plain, seen.sent).box)
        except OutOfConvention:
            return None
    truths = [seen.truth for seen in sightings]
    error = mean(map(distance, boxes, truths))
    iou = mean(box.iou(truth) for box, truth in zip(boxes, truths, strict=True))
    return Fit(convention, error, boxes, iou)


def verdict(sightings: Sequence[Sighting]) -> Fit | str:
    """Return the one reading that explains every sighting, or a sentence why there is none."""
    fits = [f for h in hypotheses() if (f := fit(h, sightings)) is not None]
    if not fits:
        return "The answers fit no known way of writing boxes."
    best = min(fits, key=lambda f: f.error)
    if best.error > CLOSE or max(map(distance, best.boxes, _truths(sightings))) > 2 * CLOSE:
        return (
            "The answers disagree: the reading that fits best is still "
            f"{best.error:.1%} of a side away from the truth."
        )
    # Another reading within the models' own scatter does no harm; one further off must be worse.
    rivals = [f for f in fits if f.apart(best) > CLOSE]
    closest = min((f.error for f in rivals), default=1.0)
    if closest < CLEAR * best.error:
        return (
            f"Two readings fit about as well ({best.error:.1%} and {closest:.1%} of a side away): "
            "the answers are too imprecise to tell them apart."
        )
    # Of those that fit equally well the likelier one stands first in the list.
    return next(f for f in fits if f.error <= TIED * best.error + EXACT)


def _truths(sightings: Sequence[Sighting]) -> list[Box]:
    return [seen.truth for seen in sightings]


def known_as(found: Fit, sightings: Sequence[Sighting], guess: Convention | None) -> Convention:
    """Return the table's row that says the same as the verdict, or the verdict itself.

    A model's own row (by its name) is preferred; the words for boxes come from it.
    """
    rows = ([guess] if guess is not None else []) + list(families().values())
    for row in rows:
        exact = row.model_copy(update={"decimals": 4})
        read = fit(exact, sightings)
        if read is not None and row.bins == (guess is not None and guess.bins):
            if read.apart(found) <= ALIKE and _same_kind(row, found.convention, sightings):
                return row.model_copy(update={"standing": "probed", "source": "models probe"})
    return found.convention


def _same_kind(row: Convention, found: Convention, sightings: Sequence[Sighting]) -> bool:
    # What the encoder sees is part of the verdict where boxes are in its pixels.
    alike = (row.order, row.frame, row.extent) == (found.order, found.frame, found.extent)
    if not alike or row.frame is not Frame.SEEN:
        return alike
    return all(row.seen(seen.sent) == found.seen(seen.sent) for seen in sightings)
