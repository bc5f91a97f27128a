"""Three answers to one request: how different are they?"""

import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.lab.asked.question import Picture
from cropsmith.evals.statistics.clusters import draws
from cropsmith.evals.statistics.intervals import DRAWS, Interval, percentile

ASKED = 3
ALIKE = 0.65
"""IoU up to which two answers are different pictures."""
SHAPES = ("free", "1:1")


@dataclass(frozen=True)
class Several:
    """The answers to one request."""

    picture: Picture
    shape: str
    overlaps: Sequence[float]
    """IoU of each pair."""
    count: int
    roles: int
    """Answers that say what they are among the others."""


def ask_several(pictures: Sequence[Picture]) -> list[Several]:
    """Ask for three answers of each photo, free and square."""
    from cropsmith import crop

    found = []
    for number, picture in enumerate(pictures, start=1):
        for shape in SHAPES:
            ratio = None if shape == "free" else shape
            result = crop(picture.path, ratio=ratio, n=ASKED, trace=False)
            others = result.alternatives[: ASKED - 1]
            boxes = [result.box, *(one.box for one in others)]
            overlaps = [a.iou(b) for a, b in itertools.combinations(boxes, 2)]
            roles = sum(bool(one.role) for one in others)
            found.append(Several(picture, shape, overlaps, len(boxes), roles))
        if number % 20 == 0 or number == len(pictures):
            print(f"answers {number}/{len(pictures)}", file=sys.stderr, flush=True)
    return found


def median(overlaps: Sequence[NDArray[np.float64]], seed: int = 0) -> Interval:
    """Return the median over all pairs of all photos, photos resampled."""
    drawn = draws(len(overlaps), DRAWS, seed).astype(int)
    every = np.concatenate(overlaps)
    photo = np.repeat(np.arange(len(overlaps)), [len(one) for one in overlaps])
    medians = [np.median(np.repeat(every, times[photo])) for times in drawn]
    low, high = percentile(np.array(medians))
    return Interval(float(np.median(every)), low, high, len(overlaps))


def table_of_answers(several: Sequence[Several], seed: int = 0) -> str:
    """Return the Markdown table."""
    rows: dict[str, list[str]] = {
        "median IoU of two answers": [],
        f"photos whose median is at most {ALIKE}": [],
        f"photos with {ASKED} answers": [],
        "alternatives that name a role": [],
    }
    for shape in SHAPES:
        some = [one for one in several if one.shape == shape]
        pairs = [np.array(one.overlaps) for one in some if one.overlaps]
        middle = median(pairs, seed)
        cells = [
            f"{middle.value:.2f} [{middle.low:.2f}, {middle.high:.2f}]",
            f"{np.mean([np.median(one) <= ALIKE for one in pairs]):.2f}",
            f"{np.mean([one.count == ASKED for one in some]):.2f}",
            f"{sum(one.roles for one in some) / max(1, sum(one.count - 1 for one in some)):.2f}",
        ]
        for row, cell in zip(rows.values(), cells, strict=True):
            row.append(cell)
    photos = len({one.picture.path for one in several})
    head = f"| {ASKED} answers: {photos} photos | {' | '.join(SHAPES)} |"
    lines = [f"| {name} | {' | '.join(row)} |" for name, row in rows.items()]
    return "\n".join([head, "|---" * (len(SHAPES) + 1) + "|", *lines])
