"""Scores of whole photos against people's ratings (CADB, AADB): a matter between photos."""

import numpy as np

from cropsmith.evals.metrics.ranking import Values


def concordance(ratings: Values, scores: Values) -> Values:
    """Return for each photo the share of other photos ordered against it as the ratings do.

    Photos with equal ratings are no pair; equal scores count half; a score of NaN (no answer) is a
    miss in every pair. NaN where a photo has no pair. The mean, weighted by the number of pairs,
    is the pairwise accuracy.
    """
    better = np.sign(ratings[:, None] - ratings[None, :])
    with np.errstate(invalid="ignore"):
        said = np.sign(scores[:, None] - scores[None, :])
    credit = np.where(np.isnan(said), 0.0, np.where(said == 0, 0.5, said == better))
    pairs = better != 0
    with np.errstate(invalid="ignore"):
        return np.asarray((credit * pairs).sum(axis=1) / pairs.sum(axis=1))
