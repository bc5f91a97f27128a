"""What is said of the winner adds up to the scores that it has."""

from pathlib import Path

import numpy as np
import pytest

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.why import why
from cropsmith.api import request_from


async def test_shares_sum_to_the_total_for_every_shape(home: Path, photos: Path) -> None:
    parts = build_parts(recorder=StoredTrace())
    await run(photos / "astronaut.jpg", request_from("her face", ratio=("4:5", "1:1")), parts)
    trace = TraceLibrary().read("last")
    account = account_of(trace)
    told = why(trace.steps, account)
    assert [shape["target"] for shape in told] == [0, 1]
    for shape in told:
        assert shape["rows"][0]["id"] in account.chosen and shape["by"] == "total"
        for row in shape["rows"]:
            assert sum(row["brought"].values()) == pytest.approx(row["total"], abs=1e-3)
        assert shape["weights"]["preference"] > 0


def test_a_vote_is_joined_as_the_alignment_joins_it(sample: Trace) -> None:
    from cropsmith.tools.photographer.alignment import aligned

    (shape,) = why(sample.steps, account_of(sample))
    votes = [row["place"] for row in shape["rows"]]
    places = np.array([-1 if place is None else place - 1 for place in votes])
    liked = np.array([row["preference"] for row in shape["rows"]])
    assert [row["joined"] for row in shape["rows"]] == pytest.approx(aligned(places, liked))
    assert shape["margin"] == pytest.approx(shape["rows"][0]["joined"] - shape["rows"][1]["joined"])
