"""Constraints: the share of a candidate's hard checks that hold."""

import numpy as np

from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class ConstraintsScorer:
    """Held checks / all checks, from the checks that the solver wrote on the candidates."""

    row = ScorerRow(name="constraints", about="share of the hard constraints that hold")

    def score(self, scene: Scene) -> Scores | None:
        """Return shares, shape (N,); NaN for an unchecked candidate, None when none is checked."""
        shares = [
            sum(check.ok for check in c.checks) / len(c.checks) if c.checks else np.nan
            for c in scene.candidates
        ]
        return np.array(shares) if any(c.checks for c in scene.candidates) else None
