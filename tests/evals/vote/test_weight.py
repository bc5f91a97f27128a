"""The weight of a model's own ranking, learnt from blind choices and judged out of fold."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.agents.settings.sources import find_settings
from cropsmith.commands.voting import weight_lines
from cropsmith.errors import UsageError
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.vote.ballots import ORIGINAL, Ballots, pairs_of, read_votes
from cropsmith.evals.vote.lessons import choices_of
from cropsmith.evals.vote.weight import FEWEST, Contest, contests, learn
from cropsmith.settings import forget, home, state
from tests.evals.conftest import MakePhoto
from tests.evals.study.conftest import plan_of, quick_answer, script

STUDY = """
name = "weight"
baselines = []
traces = false
[[datasets]]
path = "own"
[[systems]]
name = "mind"
model = "MODEL"
effort = "quick"
solo = true
"""


def people(seed: int, weight: float, count: int = 200) -> list[Contest]:
    """Choices of people who follow a weight, but for one in ten."""
    dice = random.Random(seed)
    found = []
    for number in range(count):
        ahead = dice.uniform(-0.6, 0.2)
        follows = dice.random() < 0.9
        found.append(Contest(str(number), ahead, (ahead + weight / 2 > 0) is follows))
    return found


@pytest.mark.parametrize("weight", [0.05, 0.4, 0.8])
def test_the_weight_that_people_follow_is_found(weight: float) -> None:
    learnt = learn(people(1, weight))
    assert learnt is not None and abs(learnt.weight - weight) < 0.1
    assert learnt.right > 0.85


def test_it_holds_where_it_is_better_out_of_fold_alone() -> None:
    far, near = learn(people(2, 0.8)), learn(people(3, 0.2))
    assert far is not None and far.holds and far.right > far.right_now
    assert near is not None and not near.holds


@given(st.integers(0, 10_000))
def test_choices_by_chance_teach_nothing(seed: int) -> None:
    dice = random.Random(seed)
    found = [
        Contest(str(number), dice.uniform(-0.3, 0.3), dice.random() < 0.5) for number in range(40)
    ]
    learnt = learn(found)
    assert learnt is not None and 0 <= learnt.weight <= 1
    assert learn(found[: FEWEST - 1]) is None


Chooses = Callable[[str, str], str]


@pytest.fixture
def voted(tmp_path: Path, make_photo: MakePhoto) -> Path:
    """A study of a scripted mind on forty photos whose crops people always prefer."""
    rows = ["file,x1,y1,x2,y2"]
    for number in range(40):
        make_photo(tmp_path / "own" / f"{number}.jpg", shade=5 * number)
        rows.append(f"{number}.jpg,6,4,114,76")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    text = STUDY.replace("MODEL", script(tmp_path / "script.jsonl", quick_answer(repeat=True)))
    (tmp_path / "study.toml").write_text(text, "utf-8")
    with Store(tmp_path / "samples.sqlite3", write=True) as store:
        plan = plan_of(tmp_path, text, store)
        Runner(plan).run()
        pairs = pairs_of(plan)
        ballots = Ballots(pairs, tmp_path)
        for pair in pairs:
            sides = [side.system for side in pair.shown_to("Ada")]
            assert ORIGINAL in sides
            ballots.choose("Ada", pair.id, ("first", "second")[sides.index("mind")])
    return tmp_path


def test_choices_of_a_study_become_contests(voted: Path) -> None:
    text = (voted / "study.toml").read_text("utf-8")
    with Store(voted / "samples.sqlite3", write=False) as store:
        plan = plan_of(voted, text, store)
        duels = [duel for _, _, duel in read_votes(voted)]
        found = contests(plan, choices_of(plan, duels))
    assert len(found) == 40 and all(one.chosen for one in found)
    assert len({one.photo for one in found}) == 40


def test_a_weight_is_kept_only_where_it_is_better(voted: Path) -> None:
    lines = list(weight_lines(voted / "study.toml", voted, keep=False))
    assert lines[0].startswith("40 choices on 40 photos ask for own_weight = ")
    assert not (home() / "config.toml").exists(), "telling changes nothing"
    # The preference of so plain photos holds little against any crop: the present weight is right.
    with pytest.raises(UsageError, match="not shown to be better"):
        list(weight_lines(voted / "study.toml", voted, keep=True))
    # With a weight of nothing the model's word never prevails where it should have.
    state("own_weight", "0.0")
    present = list(weight_lines(voted / "study.toml", voted, keep=False))
    assert present[0].endswith("in use is 0.")


def test_a_setting_is_stated_and_taken_out_and_all_else_stays() -> None:
    file = home() / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('effort = "quick"\n# mine\n', "utf-8")
    state("own_weight", "0.35")
    state("own_weight", "0.4")
    assert find_settings().settings.own_weight == 0.4
    assert find_settings().settings.effort == "quick"
    assert forget("own_weight") == home() / "config.toml"
    assert file.read_text("utf-8") == 'effort = "quick"\n# mine\n'
    assert find_settings().settings.own_weight == 0.2


def test_too_few_photos_are_told(voted: Path) -> None:
    votes = voted / "votes.jsonl"
    kept = votes.read_text("utf-8").splitlines()[:5]
    votes.write_text("".join(f"{line}\n" for line in kept), "utf-8")
    assert all(json.loads(line)["winner"] == "mind" for line in kept)
    with pytest.raises(UsageError, match="5 photos have choices"):
        list(weight_lines(voted / "study.toml", voted, keep=True))
