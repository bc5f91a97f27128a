"""Does a person's taste get through? Simulated people with one known wish each.

A person's worth of a crop is the general score plus a wish for, or against, one trait. They judge
pairs of proposals on a few photos; then the adapted model must order pairs on other photos as they
would, better than the general model does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.photographer.taste import OFFSET, TRAITS, Judged, learn, traits

WISHES = ((0, 1), (0, -1), (1, 1), (3, 1), (3, -1), (4, 1))
"""Trait and sign: tight, wide-angled, panoramic, off-centre, centred, low."""
STRENGTH = 1.0
"""Log odds for one standard deviation of the trait."""
PROPOSALS = 8


@dataclass(frozen=True)
class Shown:
    """Proposals of one photo: general scores (N,) and traits (N, T)."""

    scores: NDArray[np.float64]
    traits: NDArray[np.float64]


def shown(sight: Sight, preference: Preference) -> Shown:
    """Return a photo's proposals as a person would be shown them."""
    boxes = propose(sight, n=PROPOSALS, preference=preference)
    return Shown(preference.score(sight, boxes), traits(sight, boxes))


def agreement(
    photos: Sequence[Shown], trait: int, sign: int, judged: int, random: np.random.Generator
) -> tuple[float, float]:
    """Return the shares of pairs on unseen photos ordered as the person would: before and after
    `judged` judgements on other photos."""
    wish = np.zeros(len(TRAITS))
    wish[trait] = sign * STRENGTH
    order = random.permutation(len(photos))
    notes: list[Judged] = []
    for index in order[: judged // 2]:
        photo = photos[index]
        two = random.choice(len(photo.scores), 2, replace=len(photo.scores) < 2)
        worth = photo.scores[two] * OFFSET + photo.traits[two] @ wish
        for place, better in zip(two, worth >= worth.max(), strict=True):
            row = tuple(float(v) for v in photo.traits[place])
            notes.append(
                Judged(traits=row, score=float(photo.scores[place]), accepted=bool(better))
            )
    taste = learn(notes)
    before, after = [], []
    for index in order[judged // 2 :]:
        photo = photos[index]
        worth = photo.scores * OFFSET + photo.traits @ wish
        adapted = photo.scores * OFFSET + photo.traits @ taste.weights
        a, b = np.triu_indices(len(worth), 1)
        lead = np.sign(worth[a] - worth[b])
        before += list(np.sign(photo.scores[a] - photo.scores[b]) == lead)
        after += list(np.sign(adapted[a] - adapted[b]) == lead)
    return float(np.mean(before)), float(np.mean(after))
