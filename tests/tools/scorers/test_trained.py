"""Columns of trained models: there, absent and said, broken and said or raised."""

import pytest

from cropsmith.errors import UsageError
from cropsmith.tools.scorers.row import Scorer
from cropsmith.tools.scorers.table import ScorerTable
from cropsmith.tools.scorers.trained import with_trained
from cropsmith.tools.scorers.wishes import AreaScorer


def broken() -> Scorer | None:
    raise UsageError("The folder holds half a rater.")


def test_a_trained_model_gives_a_column_or_the_reason_why_not() -> None:
    table = ScorerTable([], profile="clipcropping")
    there = with_trained(table, "area", "rater", AreaScorer)
    assert [scorer.row.name for scorer in there.scorers] == ["area"] and not there.left_out
    absent = with_trained(table, "clipcropping", "rater", lambda: None)
    assert absent.notes == [
        "Scored without clipcropping: no trained rater is on this machine (docs/training.md)."
    ]
    told = with_trained(table, "clipcropping", "rater", broken)
    assert told.notes == ["Scored without clipcropping: The folder holds half a rater."]
    with pytest.raises(UsageError, match="half a rater"):
        with_trained(table, "clipcropping", "rater", broken, strict=True)
