"""The trained part of the reader: what each thing is, and whether the reading is right.

Two linear models with a softmax, trained by `evals/training/reader` on labelled requests.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from cropsmith.tools.language.parse import Reading
from cropsmith.tools.language.roles import Thing

VERDICTS = ("neither", "shown", "out")
"""What a thing can be to the crop."""
OUTCOMES = ("right", "misread")
FILE = "reader.npz"
EDGES: Mapping[str, Sequence[float]] = {
    "least": (0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98),
    "all": (0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95),
    "words": (3, 5, 8, 12, 16, 22, 30),
    "longest": (2, 3, 4, 6, 8),
    "unsure": (1, 2, 3),
    "new": (1, 2, 3, 4),
    "things": (1, 2, 3, 4, 5, 6),
    "shown": (1, 2, 3, 4),
    "bare": (1, 2, 3),
    "over": (2, 4, 7, 11),
    "wishes": (2, 3, 4, 5, 6),
}
"""Steps of the numbers that tell whether a whole reading is right."""


@dataclass(frozen=True)
class Linear:
    """Weights of a linear model over the features that are there."""

    place: Mapping[str, int]
    """Feature -> its row."""
    weights: Sequence[Sequence[float]]
    """Features by classes; lists, since sums of some forty rows are quicker without NumPy."""
    bias: Sequence[float]

    def chances(self, seen: frozenset[str]) -> Sequence[float]:
        """Return the chance of each class; features that training did not see say nothing."""
        # In order, so that the sum is the same in every process.
        places = sorted(self.place[one] for one in seen if one in self.place)
        rows = [self.weights[place] for place in places]
        scores = [sum(column) for column in zip(self.bias, *rows, strict=True)]
        most = max(scores)
        odds = [exp(score - most) for score in scores]
        return [one / sum(odds) for one in odds]


@dataclass(frozen=True)
class Trained:
    """Both models."""

    roles: Linear
    whole: Linear

    def verdicts(self, things: Sequence[Thing]) -> list[Mapping[str, float]]:
        """Return for each thing the chance of each verdict."""
        return [
            dict(zip(VERDICTS, self.roles.chances(thing.seen), strict=True)) for thing in things
        ]

    def misread(self, signs: frozenset[str]) -> float:
        """Return the chance that some field of a request is not what was meant."""
        return self.whole.chances(signs)[1]


def signs_of(
    things: Sequence[Thing],
    chances: Sequence[Mapping[str, float]],
    words: int,
    known: Mapping[str, int],
    readings: Sequence[Reading],
) -> frozenset[str]:
    """Return what tells whether a reading is right, as steps that numbers have passed.

    `words`: how many the tagged line has; `known`: the features of things that training saw;
    `readings`: which wishes were read is a sign too, since some are read worse than others.
    """
    sure = [chance[thing.verdict] for thing, chance in zip(things, chances, strict=True)]
    every = 1.0
    for one in sure:
        every *= one
    kinds = [one.wish for one in readings]
    said = [word for thing in things for word in thing.chunk.words.split()]
    numbers = {
        "least": min(sure, default=1.0),
        "all": every,
        "words": words,
        "longest": max((len(thing.chunk.words.split()) for thing in things), default=0),
        "unsure": sum(one < 0.7 for one in sure),
        "new": sum(f"word={word}" not in known for word in said),
        "things": len(things),
        "shown": sum(thing.role == "subject" for thing in things),
        "bare": kinds.count("bare"),
        "over": kinds.count("filler"),
        "wishes": sum(kind not in ("filler", "unread", "negated") for kind in kinds),
    }
    passed = (
        f"{name}>={edge}" for name, steps in EDGES.items() for edge in steps
        if numbers[name] >= edge
    )  # fmt: skip
    return frozenset([*passed, *(f"wish={kind}" for kind in kinds if kind != "filler")])


@cache
def _shipped() -> Trained:
    """Read the file once."""
    import numpy as np

    with files("cropsmith.tools.language").joinpath(FILE).open("rb") as stream:
        data = np.load(stream)
        parts = []
        for name in ("roles", "whole"):
            features = bytes(data[f"{name}_features"]).decode().split("\n")
            parts.append(
                Linear(
                    {feature: row for row, feature in enumerate(features)},
                    data[f"{name}_weights"].tolist(),
                    data[f"{name}_bias"].tolist(),
                )
            )
    return Trained(*parts)


_instead: list[Trained | None] = []


@contextmanager
def reading_with(model: Trained | None) -> Iterator[None]:
    """Read with another model, or with none: what training and its check need."""
    _instead.append(model)
    try:
        yield
    finally:
        _instead.pop()


def trained() -> Trained | None:
    """Return the model that requests are read with."""
    return _instead[-1] if _instead else _shipped()
