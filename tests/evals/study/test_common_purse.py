"""One purse over shards: never passed, used by whoever needs it, and not lost by a kill."""

import asyncio
import random
from pathlib import Path

import pytest

from cropsmith.commands.evaluating import run_study
from cropsmith.errors import BudgetSpent, OutputError, UsageError
from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.common_purse import CommonPurse
from cropsmith.evals.study.reserve import Quote, Reserve
from cropsmith.evals.study.shard import Shard
from tests.evals.study.conftest import quick_answer, script

STUDY = """
name = "purse"
baselines = []
traces = false
concurrency = 1
max_cost = CEILING
[[datasets]]
path = "own"
[[systems]]
name = "scripted"
model = "MODEL"
effort = "quick"
solo = true
price = { input = 1.0, output = 1.0 }
"""


def purse(folder: Path, name: str, *, cost: float = 0.0, study: float = 0.0) -> CommonPurse:
    return CommonPurse(folder / "purse.sqlite3", name, cost=cost, study=study)


def test_what_one_leaves_the_other_may_spend(tmp_path: Path) -> None:
    one, two = purse(tmp_path, "1/2"), purse(tmp_path, "2/2")
    assert one.take(0.0, 0.9, 1.0) and not two.take(0.0, 0.2, 1.0)
    assert two.may_free(), "the other may give back what it holds"
    one.book(0.3, 0.0)
    assert two.take(0.0, 0.6, 1.0) and not two.take(0.6, 0.2, 1.0)
    assert one.others() == pytest.approx(0.6)


def test_a_shard_that_was_killed_holds_on_until_it_is_back(tmp_path: Path) -> None:
    purse(tmp_path, "1/2").take(0.2, 0.5, 1.0)
    two = purse(tmp_path, "2/2")
    assert not two.take(0.0, 0.4, 1.0)
    purse(tmp_path, "1/2", cost=0.3)  # its store tells what came of the call
    assert two.take(0.0, 0.4, 1.0)


def test_what_was_merged_is_counted_once(tmp_path: Path) -> None:
    purse(tmp_path, "1/2", cost=0.0, study=0.5).book(0.2, 0.0)
    two = purse(tmp_path, "2/2", study=0.7)  # the shard's 0.2 are in the study's store by now
    assert two.others() == pytest.approx(0.7)


def test_two_at_once_never_pass_the_ceiling_and_use_all_of_it(tmp_path: Path) -> None:
    ceiling, call = 5.0, Quote("m", "crop", most=0.1, alone=False)
    dice = random.Random(3)

    async def spend(name: str, calls: int) -> float:
        common = purse(tmp_path, name)
        reserve = Reserve(ceiling, common=common)
        for _ in range(calls):
            try:
                held = await reserve.hold(call)
            except BudgetSpent:
                break
            assert reserve.cost + reserve.held + common.others() <= ceiling + 1e-9
            await asyncio.sleep(0)
            await reserve.settle(call, held, dice.uniform(0.02, 0.1))
        return reserve.cost

    async def both() -> tuple[float, float]:
        return await asyncio.gather(spend("1/2", 10), spend("2/2", 1000))

    few, many = asyncio.run(both())
    assert few < 1.0 and 0.97 * ceiling <= few + many <= ceiling


def test_shards_of_a_study_share_it(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = script(photos.parent / "script.jsonl", quick_answer(repeat=True))
    path, folder = photos.parent / "study.toml", photos.parent / "study.study"
    path.write_text(STUDY.replace("MODEL", model).replace("CEILING", "1.0"), "utf-8")
    file = photos.parent / "purse.sqlite3"
    for number in (1, 2):
        shard = Shard(number, 2)
        assert run_study(path, folder, frozenset(), quiet=True, shard=shard, purse=file) == 0
    with pytest.raises(UsageError, match="purse is for shards"):
        run_study(path, folder, frozenset(), quiet=True, purse=file)
    path.write_text(path.read_text("utf-8").replace("max_cost = 1.0", ""), "utf-8")
    with pytest.raises(UsageError, match="no ceiling"):
        run_study(path, folder, frozenset(), quiet=True, shard=Shard(1, 2), purse=file)


def test_what_the_study_has_spent_is_no_shards_to_spend(photos: Path) -> None:
    """Of a dollar the study's own store has spent all: no shard has a part of it left."""
    model = script(photos.parent / "script.jsonl", quick_answer(repeat=True))
    path, folder = photos.parent / "study.toml", photos.parent / "study.study"
    path.write_text(STUDY.replace("MODEL", model).replace("CEILING", "1.0"), "utf-8")
    with opened(path, folder, write=True) as plan:
        plan.store.begin_call("k", "s", "m", "propose", 1.0)
        plan.store.end_call("k", "ok", 1.0, 0.1, "{}")
    assert run_study(path, folder, frozenset(), quiet=True, shard=Shard(1, 2)) == 1
    file = photos.parent / "purse.sqlite3"
    assert run_study(path, folder, frozenset(), quiet=True, shard=Shard(2, 2), purse=file) == 1


def test_a_purse_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "purse.sqlite3").write_text("not a database, and long enough to be read as one")
    with pytest.raises(OutputError, match=r"purse\.sqlite3 cannot be opened"):
        purse(tmp_path, "1/2")


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A shared disk that is not mounted: every machine would spend the whole ceiling."""
    with pytest.raises(UsageError, match="there is no folder"):
        CommonPurse(tmp_path / "share" / "purse", "1/2", cost=0, study=0)
    assert not (tmp_path / "share").exists()
