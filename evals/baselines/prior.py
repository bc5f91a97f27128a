"""The image-blind prior: what one learns from other photos' labels without seeing a photo.

Free: the median box of other photos (their best anchor's grid place where anchors are rated).
Ratio given: median size and place of the crop among the boxes of its ratio. Ranking: the mean MOS
of the same grid place on other photos, or the overlap with the prior's box. Always cross-fitted:
a photo's own fold (a fifth, by the hash of its name) is left out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.baselines.geometry import maximal, window
from cropsmith.evals.datasets.gaicd import BINS
from cropsmith.evals.datasets.registry import fold_of
from cropsmith.evals.trial import Protocol, Trial, given_ratio, is_rating, trial_for
from cropsmith.tools.schema.geometry import Box, as_array, iou_matrix
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

FOLDS = 5
Cell = tuple[int, int, int, int]


def cell(box: Box) -> Cell:
    """Return the place of an anchor on GAICD's grid: corners sit at half bins."""
    x1, y1, x2, y2 = (round(v * BINS - 0.5) for v in box.corners)
    return x1, y1, x2, y2


@dataclass(frozen=True)
class _Fit:
    """What one training part says."""

    box: Box
    share: float
    x: float
    y: float
    ratings: dict[Cell, float]
    rating: float


class Prior:
    """Learns from labelled photos, predicts for any photo without looking at it."""

    def __init__(self, training: Sequence[LabelledPhoto]) -> None:
        self._training = training
        self._known = {photo.name for photo in training}
        self._fits: dict[int, _Fit] = {}

    def prepare(self, trial: Trial) -> None:
        """Fit what the trial needs, if no trial before it did: seconds on many labels."""
        self._fit(trial)

    def crop(self, trial: Trial) -> Box:
        """Return the prior's box for the trial."""
        fit = self._fit(trial)
        return window(trial, fit.share, fit.x, fit.y) if trial.ratio else fit.box

    def scores(self, trial: Trial) -> Sequence[float]:
        """Return the prior's liking for each box of the trial."""
        fit = self._fit(trial)
        if trial.protocol is Protocol.ANCHORS and fit.ratings:
            return [fit.ratings.get(cell(box), fit.rating) for box in trial.boxes]
        overlaps = iou_matrix(as_array(trial.boxes), as_array([fit.box]))
        return [float(v) for v in overlaps[:, 0]]

    def _fit(self, trial: Trial) -> _Fit:
        # A photo outside the training part needs nothing left out.
        fold = fold_of(trial.name, FOLDS) if trial.name in self._known else -1
        if fold not in self._fits:
            part = [p for p in self._training if fold_of(p.name, FOLDS) != fold]
            self._fits[fold] = fit(part)
        return self._fits[fold]

    @cached_property
    def usable(self) -> bool:
        """Whether there are labels enough to leave a fold out."""
        folds = {fold_of(p.name, FOLDS) for p in self._training if p.crops or p.votes}
        return len(folds) > 1


def fit(photos: Sequence[LabelledPhoto]) -> _Fit:
    """Take the medians and means of one training part; the full frame where it says nothing."""
    ratings: dict[Cell, list[float]] = defaultdict(list)
    boxes: list[Sequence[float]] = []
    windows: list[tuple[float, float, float]] = []
    for photo in photos:
        scored = [(c.box, c.score) for c in photo.crops if c.score is not None]
        for box, score in scored:
            ratings[cell(box)].append(score)
        # Without scores every crop is a person's choice, with them only the best one is.
        chosen = [photo.crops[0].box] if scored else [c.box for c in photo.crops]
        boxes += [] if is_rating(photo) else [box.corners for box in chosen]
        if photo.size and photo.crops and not scored:
            windows.append(_placed(photo))
    means = {place: float(np.mean(values)) for place, values in ratings.items()}
    share, x, y = np.median(windows, axis=0) if windows else (1.0, 0.5, 0.5)
    return _Fit(
        box=_best_cell(means, ratings) or _median(boxes),
        share=float(share),
        x=float(x),
        y=float(y),
        ratings=means,
        rating=float(np.mean(list(means.values()))) if means else 0.0,
    )


def _placed(photo: LabelledPhoto) -> tuple[float, float, float]:
    """Return the best crop's share of the largest box of its ratio, and its place in the room."""
    box = photo.crops[0].box
    trial = trial_for(photo, Protocol.RATIO)
    assert photo.size is not None  # the caller asked
    width, _ = maximal(given_ratio(box, photo.size), trial)

    def place(low: float, extent: float) -> float:
        return 0.5 if extent > 0.999 else min(1.0, low / (1 - extent))

    return min(1.0, box.width / width), place(box.x1, box.width), place(box.y1, box.height)


def _median(boxes: Sequence[Sequence[float]]) -> Box:
    if not boxes:
        return Box.whole()
    corners: NDArray[np.float64] = np.median(np.array(boxes), axis=0)
    return Box.of(corners.tolist())


def _best_cell(means: dict[Cell, float], ratings: dict[Cell, list[float]]) -> Box | None:
    """Return the grid place with the best mean, among those that most photos have."""
    if len(means) < 50:  # not a dense grid
        return None
    often = max(len(values) for values in ratings.values()) / 2
    best = max((m, place) for place, m in means.items() if len(ratings[place]) >= often)[1]
    return Box.of((v + 0.5) / BINS for v in best)
