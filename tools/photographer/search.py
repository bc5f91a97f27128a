"""Where to crop: a coarse grid, then continuous refinement of the leader, at any ratio exactly."""

import numpy as np

from cropsmith.tools.photographer.grids import around
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference, grid_of, shape_of
from cropsmith.tools.schema.geometry import Boxes, diverse
from cropsmith.tools.schema.ratio import Ratio

SPARSE = 4
"""One in so many boxes of the grid is a last resort for an alternative."""
FINEST = (1 / 24, 1 / 48, 1 / 96)
"""Steps of the refinement, as shares of a side."""


def propose(
    sight: Sight,
    ratio: Ratio | None = None,
    n: int = 12,
    *,
    preference: Preference | None = None,
) -> Boxes:
    """Return up to `n` crops (N, 4), best first and unlike each other, at `ratio` where given.

    The first is the box of highest expected overlap with an expert's crop; the others are the best
    of what is left when everything much like an earlier one is struck out.
    """
    preference = preference or Preference.load()
    objective = preference.objective(sight, ratio)
    shape = shape_of(sight, ratio)
    pool = objective.density.boxes
    leaders = diverse(pool, objective.of(pool), n)
    if len(leaders) < n:
        # The photo leaves little doubt. Alternatives then come from all over the grid.
        pool = np.concatenate([pool, grid_of(sight, ratio)[::SPARSE]])
        leaders = diverse(pool, objective.of(pool), n)
    chosen = pool[leaders]
    best = chosen[:1]
    for step in FINEST:
        near = around(best, step, shape)
        best = near[[objective.of(near).argmax()]]
    # Alternatives stay where they are: refined, they would all run to the same summit.
    return np.concatenate([best, chosen[1:]])
