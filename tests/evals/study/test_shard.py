"""A study in shards: each sample in one of them, merged without loss, one ceiling."""

from pathlib import Path

import pytest

from cropsmith.commands.evaluating import run_study
from cropsmith.commands.sharding import merge_shards
from cropsmith.errors import UsageError
from cropsmith.evals.report.results import tables
from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.shard import WHOLE, Shard
from tests.evals.study.conftest import quick_answer, script

STUDY = """
name = "shards"
baselines = ["centre 0.9", "random"]
traces = false
max_cost = 1.0
[[datasets]]
path = "own"
[[systems]]
name = "scripted"
model = "MODEL"
effort = "quick"
solo = true
price = { input = 1.0, output = 1.0 }
"""


@pytest.fixture
def study(photos: Path) -> Path:
    model = script(photos.parent / "script.jsonl", *[quick_answer() for _ in range(6)])
    path = photos.parent / "study.toml"
    path.write_text(STUDY.replace("MODEL", model), "utf-8")
    return path


def test_two_shards_are_one_study(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = study.with_suffix(".study")
    counts = []
    for number in (1, 2):
        assert run_study(study, folder, frozenset(), quiet=True, shard=Shard(number, 2)) == 0
        counts.append(int(capsys.readouterr().out.split(" ")[0]))
    assert sum(counts) == 18 and min(counts) > 2
    lines = list(merge_shards(study, folder, []))
    assert lines[-1] == "0 samples are left to run."
    assert list(merge_shards(study, folder, []))[0].endswith(": 0 new samples"), "once is enough"
    with opened(study, folder, write=False) as plan:
        (table,) = tables(plan)
        assert {row.name: row.samples for row in table.rows} == dict.fromkeys(
            ("centre 0.9", "random", "scripted"), 6
        )
        assert plan.store.spending().calls == 6
    run_study(study, folder, frozenset(), quiet=True)
    assert capsys.readouterr().out.startswith("0 samples run")
    run_study(study, folder, frozenset(), quiet=True, shard=Shard(2, 3))
    assert capsys.readouterr().out.startswith("0 samples run"), "what is there is not paid again"


def test_an_answer_is_not_lost_to_a_failure_of_another_store(study: Path) -> None:
    folder = study.with_suffix(".study")
    run_study(study, folder, frozenset(), quiet=True, shard=Shard(1, 2))
    run_study(study, folder, frozenset(), quiet=True, shard=Shard(2, 2))
    with opened(study, folder / "shard-1-of-2", write=True) as plan:
        store = plan.store
        key = next(iter(store.states()))
        good = store.sample(key)
        store._do("UPDATE samples SET status = 'timeout' WHERE key = ?", key)
    list(merge_shards(study, folder, [folder / "shard-1-of-2"]))
    with opened(study, folder, write=False) as plan:
        assert plan.store.states()[key] == "timeout"
    with opened(study, folder / "shard-1-of-2", write=True) as plan:
        plan.store._do("UPDATE samples SET status = 'ok' WHERE key = ?", key)
    list(merge_shards(study, folder, [folder / "shard-1-of-2"]))
    with opened(study, folder, write=False) as plan:
        found = plan.store.sample(key)
        assert plan.store.states()[key] == "ok" and good and found
        assert found.answer == good.answer


def test_shards_share_one_ceiling() -> None:
    assert sum(Shard(n, 4).part_of(2.0) or 0 for n in range(1, 5)) == pytest.approx(2.0)
    # What is spent is no shard's, and what a shard spent of it is within its part.
    assert sum(Shard(n, 4).part_of(2.0, 1.2, 0.2) or 0 for n in range(1, 5)) == pytest.approx(1.6)
    assert Shard(1, 2).part_of(2.0, 3.0) == 0.0
    assert WHOLE.part_of(2.0) == 2.0 and Shard(1, 3).part_of(None) is None


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "a/b", "1/0", "-1/2"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(UsageError, match="is no shard"):
        Shard.parsed(text)


def test_nothing_to_merge(study: Path) -> None:
    with pytest.raises(UsageError, match="has no shards"):
        list(merge_shards(study, study.with_suffix(".study"), []))
    with pytest.raises(UsageError, match="no samples at"):
        list(merge_shards(study, study.with_suffix(".study"), [study.parent / "none"]))
