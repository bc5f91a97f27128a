"""Alignment: a model's own ranking of crops and the preference people showed, in one order.

CROP aligns its decision step with expert preferences by training; here the trained preference model
votes beside any model, with a weight that data chose (`evals/training/photographer/alignment.py`,
reported in `docs/reports/photographer.md`), unless the setting `own_weight` says another.
"""

import numpy as np
from numpy.typing import NDArray

UNRANKED = 0.5
"""Of the weight, what a crop gets that the model did not rank."""
OWN_WEIGHT = 0.2
"""Expected IoU that separates a model's first choice from its last."""


def aligned(
    places: NDArray[np.int64], preference: NDArray[np.float64], weight: float = OWN_WEIGHT
) -> NDArray[np.float64]:
    """Return scores (N,), higher is better, of crops that a model ranked.

    `places` (N,) is each crop's place in the model's ranking, 0 for its first; a crop that it did
    not rank is -1 and stands in the middle. `preference` (N,) is `Preference.score` of the same
    crops.
    """
    ranked = places >= 0
    last = max(int(places.max(initial=0)), 1)
    own = np.where(ranked, 1 - places / last, UNRANKED)
    return np.asarray(preference + weight * own)
