"""A study on a Ray cluster comes to what it comes to here, whichever node is killed."""

from pathlib import Path

import pytest

pytest.importorskip("ray")

from cropsmith.evals.study.rays import Rays
from tests.cluster import cluster
from tests.stubs.openai_stub import OpenaiStub
from tests.study_cluster import ran, study_of

pytestmark = pytest.mark.integration

PHOTOS = 8


def test_a_node_that_is_killed_costs_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    server = OpenaiStub(dialect="vllm", fills=True).start()
    study = study_of(tmp_path / "all", PHOTOS, server)
    here = ran(study, tmp_path / "here", server)
    with cluster(3) as kill:
        away = ran(study, tmp_path / "away", server, away=Rays, at=2 * PHOTOS + 5, then=kill)
        again = ran(study, tmp_path / "away", server, away=Rays)
    server.shutdown()
    server.server_close()
    assert len(here.answers) == 4 * PHOTOS and away.answers == here.answers
    assert away.outcome.done == 4 * PHOTOS and away.outcome.broken == {}
    # Only what was under way at the node that died was asked again, and it counts as billed.
    under_way = 4
    assert away.questions.keys() == here.questions.keys()
    assert away.questions.total() <= here.questions.total() + under_way
    assert away.spent.cost == pytest.approx(here.spent.cost) and away.spent.broken_off == 0
    assert again.outcome.done == 0 and not again.questions
