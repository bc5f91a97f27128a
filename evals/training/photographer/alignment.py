"""The weight of a model's own ranking in the decision, chosen on simulated models.

A simulated model proposes the expert's crop with noise, and ranks all candidates by their overlap
with another noisy copy of it. Its skill is its noise. The weight that is kept does well over the
whole range of skills, which general models span.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.evals.training.photographer.measures import overlap
from cropsmith.tools.photographer.alignment import aligned
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.geometry import Boxes, iou_matrix

WEIGHTS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 1.0)
SKILLS = {"strong": 0.05, "middling": 0.10, "weak": 0.18}
"""Standard deviation of each side of the noisy crop, as a share of the photo."""
OWN = 6
"""Crops that a simulated model proposes itself (Cropper's R)."""


@dataclass(frozen=True)
class Simulated:
    """What one simulated model did on one photo."""

    candidates: Boxes
    places: NDArray[np.int64]


def noisy(expert: Boxes, noise: float, count: int, random: np.random.Generator) -> Boxes:
    """Return `count` noisy copies (count, 4) of the expert's crop (1, 4)."""
    boxes = expert + random.normal(0, noise, (count, 4))
    low = np.clip(np.minimum(boxes[:, :2], boxes[:, 2:] - 0.1), 0, 0.9)
    high = np.clip(np.maximum(boxes[:, 2:], low + 0.1), 0, 1)
    return np.concatenate([low, high], 1)


def simulate(builtin: Boxes, expert: Boxes, noise: float, random: np.random.Generator) -> Simulated:
    """Return the candidates of both minds and the simulated model's ranking of them."""
    candidates = np.concatenate([noisy(expert, noise, OWN, random), builtin])
    belief = noisy(expert, noise, 1, random)
    order = np.argsort(-iou_matrix(candidates, belief)[:, 0], kind="stable")
    return Simulated(candidates, np.argsort(order, kind="stable"))


def overlaps_by_weight(
    sight: Sight,
    expert: Boxes,
    preference: Preference,
    noise: float,
    random: np.random.Generator,
) -> Mapping[float, float]:
    """Return the overlap of the chosen crop with the expert's (1, 4), by weight."""
    found = simulate(propose(sight, n=12, preference=preference), expert, noise, random)
    scores = preference.score(sight, found.candidates)
    chosen = {w: int(aligned(found.places, scores, w).argmax()) for w in WEIGHTS}
    return {w: float(overlap(found.candidates[[index]], expert)[0]) for w, index in chosen.items()}
