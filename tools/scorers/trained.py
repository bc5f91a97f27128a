"""Columns of models that were trained here: in the table where there is one, else told of."""

from collections.abc import Callable
from dataclasses import replace

from cropsmith.errors import CropsmithError
from cropsmith.tools.scorers.row import Scorer
from cropsmith.tools.scorers.table import LeftOut, ScorerTable


def with_trained(
    table: ScorerTable,
    name: str,
    what: str,
    scorer_of: Callable[[], Scorer | None],
    strict: bool = False,
) -> ScorerTable:
    """Return the table with a trained model's column.

    A model that cannot be used is told of as left out, or raised where `strict`; so is, never
    raised, that there is none. `what` names it: "decoder".
    """
    try:
        scorer = scorer_of()
    except CropsmithError as error:
        if strict:
            raise
        return replace(table, left_out=[*table.left_out, LeftOut(name, str(error))])
    if scorer is None:
        left = LeftOut(name, f"no trained {what} is on this machine (docs/training.md).")
        return replace(table, left_out=[*table.left_out, left])
    return replace(table, scorers=[*table.scorers, scorer])
