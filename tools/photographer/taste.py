"""A person's own taste: what they accepted and rejected shifts the ranking, on this machine alone.

A crop is described by a handful of plain numbers (how tight, what shape, where the subject sits in
it). A ridge-regularised logistic regression of accepted against rejected crops over those numbers,
with the general model's score as its offset, gives weights. They count as far as they foretell
judgements that they were not learnt from: three notes change nothing, a few dozen can be felt.
Only the numbers are stored, never pixels or file names.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.settings import home
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.schema.values import Value

TRAITS = (
    "tight",
    "wide shape",
    "subject to the right",
    "subject off-centre across",
    "subject low",
    "subject off-centre in height",
    "interest kept",
)
"""What is described, in the order of the weights."""
CENTRE = np.array([0.4, 0.3, 0.5, 0.15, 0.5, 0.15, 0.8])
SPREAD = np.array([0.3, 0.4, 0.2, 0.12, 0.2, 0.12, 0.15])
"""Typical values and spreads over experts' crops: they put the traits on one scale."""
OFFSET = 12.0
"""Log odds of acceptance for one unit of the general score (expected IoU)."""
RIDGE = 1.0
NEWTON_STEPS = 12
FEWEST = 8
"""Judgements below which there is no taste: any few crops differ in something."""
FOLDS = 8
DOUBT = 2.0
"""Nats of foretelling that make a taste count by half; about seven to one against chance."""


class Judged(Value):
    """One crop that a person accepted or rejected."""

    traits: tuple[float, ...]
    score: float
    """The general model's score at the time."""
    accepted: bool
    of: str = ""
    """Which crop of which run; a later word on it replaces this one. Empty in older notes."""


@dataclass(frozen=True)
class Taste:
    """Weights of the traits, zero for no taste of one's own."""

    weights: NDArray[np.float64]
    judged: int
    """Crops it was learnt from."""

    @classmethod
    def of(cls, weights: Sequence[float]) -> "Taste":
        """Return the taste of these numbers (see `Notebook.weights`); of none, no taste."""
        if not weights:
            return cls(np.zeros(len(TRAITS)), 0)
        # Traces of version 0.1 do not have the number of judgements.
        judged = int(weights[len(TRAITS)]) if len(weights) > len(TRAITS) else 1
        return cls(np.array(weights[: len(TRAITS)], dtype=np.float64), judged)

    def bonus(self, sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
        """Return what taste adds to each box's score, (N,), in units of expected IoU."""
        return np.asarray(traits(sight, boxes) @ self.weights / OFFSET)

    @property
    def strongest(self) -> str:
        """The trait that is sought or avoided most, in words."""
        if not self.weights.any():
            return "follows nothing yet: that takes more crops, or clearer ones"
        index = int(np.abs(self.weights).argmax())
        return f"{'prefers' if self.weights[index] > 0 else 'avoids'} “{TRAITS[index]}”"


def traits(sight: Sight, boxes: Boxes) -> NDArray[np.float64]:
    """Return the boxes' traits (N, 7), centred and scaled."""
    size = boxes[:, 2:] - boxes[:, :2]
    focus = sight.focal_point
    at = np.clip((np.array([focus.x, focus.y]) - boxes[:, :2]) / size, -0.5, 1.5)
    plain = [
        -np.log(np.prod(size, 1)),
        np.log(size[:, 0] / size[:, 1] * sight.aspect),
        at[:, 0],
        np.abs(at[:, 0] - 0.5),
        at[:, 1],
        np.abs(at[:, 1] - 0.5),
        _kept(sight.saliency, boxes),
    ]
    return np.asarray((np.stack(plain, 1) - CENTRE) / SPREAD)


def learn(judged: Sequence[Judged]) -> Taste:
    """Return the taste that explains these judgements best, as far as it foretells others."""
    accepted = np.array([j.accepted for j in judged], dtype=np.float64)
    if len(judged) < FEWEST or accepted.min() == accepted.max():
        return Taste(np.zeros(len(TRAITS)), len(judged))
    x = np.array([(1.0, *j.traits) for j in judged])
    offset = OFFSET * np.array([j.score for j in judged])
    weights = _fitted(x, offset, accepted)[1:]
    return Taste(weights * _evidence(x, offset, accepted), len(judged))


def _evidence(
    x: NDArray[np.float64], offset: NDArray[np.float64], accepted: NDArray[np.float64]
) -> float:
    """Return in [0, 1) how far weights learnt from some judgements foretell the others.

    The gain in log likelihood over the same model without traits, on judgements held out in turn;
    no gain is no evidence, DOUBT nats are one half.
    """
    gain = 0.0
    fold = np.arange(len(x)) % FOLDS
    for held in (fold == number for number in range(FOLDS)):
        if accepted[~held].min() == accepted[~held].max():
            return 0.0  # nothing but one judgement spoke against the others
        for rows, sign in ((x, 1.0), (x[:, :1], -1.0)):
            weights = _fitted(rows[~held], offset[~held], accepted[~held])
            odds = np.clip(rows[held] @ weights + offset[held], -30, 30)
            gain -= sign * float(np.logaddexp(0, np.where(accepted[held] > 0, -odds, odds)).sum())
    return max(gain, 0.0) / (max(gain, 0.0) + DOUBT)


def _fitted(
    x: NDArray[np.float64], offset: NDArray[np.float64], accepted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights of a ridge-regularised logistic regression, the intercept first."""
    weights = np.zeros(x.shape[1])
    # The intercept absorbs how strict a person is, so it is left free; the traits are held back.
    ridge = np.diag([1e-3, *[RIDGE] * (x.shape[1] - 1)])
    weights[0] = -float(offset.mean())
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights + offset, -30, 30)))
        slope = x.T @ (accepted - chance) - ridge @ weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + ridge
        weights = weights + np.linalg.solve(curve, slope)
    return weights


class Notebook:
    """The judgements kept under CROPSMITH_HOME, in one JSON file."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "taste.json"

    def judged(self) -> list[Judged]:
        """Return everything noted so far."""
        try:
            rows = json.loads(self.path.read_text("utf-8"))
            return [Judged.model_validate(row) for row in rows]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (ValueError, TypeError, OSError) as error:
            raise UsageError(
                f"The notes on your taste in {self.path} cannot be read.",
                hint="Delete the file to start afresh.",
            ) from error

    def note(self, fresh: Sequence[Judged]) -> None:
        """Add judgements; those on the same crops before are replaced."""
        again = {one.of for one in fresh} - {""}
        self._write([*(one for one in self.judged() if one.of not in again), *fresh])

    def take_back(self, of: str) -> None:
        """Forget what was said of one crop."""
        self._write([one for one in self.judged() if one.of != of])

    def _write(self, judged: Sequence[Judged]) -> None:
        """Replace the file whole, so that it is never half-written."""
        rows = [one.model_dump(exclude_defaults=True) for one in judged]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(rows, file)
            os.replace(name, self.path)
        except BaseException:
            os.unlink(name)
            raise

    def taste(self) -> Taste:
        """Return the taste learnt from everything noted."""
        return learn(self.judged())

    def weights(self) -> tuple[float, ...]:
        """Return the taste as a Context takes it; empty while it moves nothing.

        The weights of the traits, then the number of judgements.
        """
        taste = self.taste()
        return (*map(float, taste.weights), float(taste.judged)) if taste.weights.any() else ()

    def set_aside(self) -> str:
        """Give a file that cannot be read another name; return a sentence about it."""
        aside = self.path.with_name(f"{self.path.name}.unreadable")
        with contextlib.suppress(FileNotFoundError):  # another process was first
            os.replace(self.path, aside)
        return f"The notes on your taste could not be read; they were set aside as {aside}."

    def reset(self) -> None:
        """Forget everything."""
        with contextlib.suppress(NotADirectoryError):  # a home that is a file holds no notes
            self.path.unlink(missing_ok=True)


def judge(
    sight: Sight, boxes: Boxes, scores: NDArray[np.float64], accepted: bool, of: str = ""
) -> list[Judged]:
    """Return judgements of boxes with their general scores, to be noted."""
    rows = traits(sight, boxes)
    return [
        Judged(traits=tuple(float(v) for v in row), score=float(score), accepted=accepted, of=of)
        for row, score in zip(rows, scores, strict=True)
    ]


def _kept(saliency: NDArray[np.float32], boxes: Boxes) -> NDArray[np.float64]:
    """Return the share of saliency inside each box."""
    height, width = saliency.shape
    whole = np.zeros((height + 1, width + 1))
    whole[1:, 1:] = saliency.cumsum(0).cumsum(1)
    x = np.rint(boxes[:, [0, 2]] * width).astype(int)
    y = np.rint(boxes[:, [1, 3]] * height).astype(int)
    inside = whole[y[:, 1], x[:, 1]] - whole[y[:, 0], x[:, 1]]
    inside -= whole[y[:, 1], x[:, 0]] - whole[y[:, 0], x[:, 0]]
    return np.asarray(inside / max(float(whole[-1, -1]), 1e-12))
