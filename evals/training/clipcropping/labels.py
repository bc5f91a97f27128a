"""What labels say to CLIPCropping: which elements a photo has, which of its crops are better."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box, Boxes, as_array
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.scorers.elements import Family, prompts

ATTRIBUTES: Mapping[str, str] = {
    "vibrant color": "VividColor",
    "good lighting": "Light",
    "shallow depth of field": "DoF",
    "emphasised subject": "Object",
    "interesting content": "Content",
}
"""What AADB calls the aesthetic elements; above 0 a photo has it."""
MEAN, DEVIATION = 2.95, 0.8
"""Of GAICD's opinion scores: ratings are standardised with them."""
LEAST = 1e-6
"""What sets two crops apart is more than this."""


def present(photo: LabelledPhoto, family: Family) -> tuple[int, ...]:
    """Return which elements of a family a photo has, by their places in `prompts(family)`."""
    names = enumerate(prompts(family))
    if family == "composition":
        return tuple(place for place, name in names if name in photo.elements)
    return tuple(p for p, name in names if photo.attributes.get(ATTRIBUTES[name], 0.0) > 0)


def has_any(family: Family) -> Callable[[LabelledPhoto], bool]:
    """Return what tells whether a photo has any element of a family."""
    return lambda photo: bool(present(photo, family))


@dataclass(frozen=True)
class Ranked:
    """Crops of one photo, of which some are known to be better than others."""

    boxes: Boxes
    """(N, 4)"""
    scores: NDArray[np.float64]
    """(N,): standardised opinion scores; NaN where there is none."""
    better: NDArray[np.int64]
    worse: NDArray[np.int64]
    """(P,): pairs of `boxes`."""
    margins: NDArray[np.float64]
    """(P,), above 0: how far apart the ratings of a pair should be."""


def ranks(photo: LabelledPhoto) -> bool:
    """Tell whether a photo's labels put any crop before another."""
    return len(ranked(photo).margins) > 0


def ranked(photo: LabelledPhoto) -> Ranked:
    """Return what people said of a photo's crops, as pairs.

    Scored crops (GAICD): all pairs, as far apart as their scores. Else votes (FCDB): as far apart
    as the shares of the votes; and the expert's crop before each that was voted on, as far apart as
    they do not overlap, since the paper has it among the candidates and tells no label of it.
    """
    scored = [crop for crop in photo.crops if crop.score is not None]
    if len(scored) > 1:
        scores = (np.array([crop.score for crop in scored], np.float64) - MEAN) / DEVIATION
        first, second = np.triu_indices(len(scores), 1)
        boxes = [crop.box for crop in scored]
        return _ranked(boxes, scores, first, second, scores[first] - scores[second])
    voted = dict.fromkeys(box for pair in photo.votes for box in (pair.first, pair.second))
    experts = [crop.box for crop in photo.crops[:1] if voted]
    place = {box: number for number, box in enumerate(dict.fromkeys([*experts, *voted]))}
    pairs = [(0, place[box], 1 - expert.iou(box)) for expert in experts for box in voted]
    for pair in photo.votes:
        if votes := pair.for_first + pair.for_second:
            share = (pair.for_first - pair.for_second) / votes
            pairs.append((place[pair.first], place[pair.second], share))
    rows = np.array(pairs, np.float64).reshape(-1, 3)
    first, second = rows[:, :2].T.astype(np.int64)
    return _ranked(list(place), np.full(len(place), np.nan), first, second, rows[:, 2])


def _ranked(
    boxes: Sequence[Box],
    scores: NDArray[np.float64],
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    apart: NDArray[np.float64],
) -> Ranked:
    """Return pairs the better first; those that nothing sets apart are none."""
    some = np.abs(apart) > LEAST
    first, second, apart = first[some], second[some], apart[some]
    better, worse = np.where(apart > 0, first, second), np.where(apart > 0, second, first)
    return Ranked(as_array(boxes), scores, better, worse, np.abs(apart))
