from collections.abc import Iterator
from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.study.plan import Plan, prompts_hash
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from tests.evals.conftest import MakePhoto
from tests.evals.study.conftest import plan_of

STUDY = """
name = "plan"
baselines = ["full frame", "random"]
traces = false
[[datasets]]
path = "own"
[[systems]]
name = "cloud"
model = "openai/gpt-4o-mini"
effort = "quick"
[[systems]]
name = "unpriced"
model = "openai/never-heard-of"
"""


def keys(plan: Plan, system: str) -> list[str]:
    return [p.key for p in plan.samples() if p.arm.name == system]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "samples.sqlite3", write=True) as opened:
        yield opened


def test_keys_follow_the_content_and_not_names(photos: Path, store: Store) -> None:
    folder = photos.parent
    plan = plan_of(folder, STUDY, store)
    before = keys(plan, "cloud")
    assert len(set(before)) == 6
    renamed = plan_of(folder, STUDY.replace('name = "cloud"', 'name = "other"'), store)
    assert keys(renamed, "other") == before
    warmer = plan_of(folder, STUDY.replace('"quick"', '"quick"\ntemperature = 0.5'), store)
    assert not set(keys(warmer, "cloud")) & set(before)
    seeded = plan_of(folder, "seeds = [7]\n" + STUDY, store)
    assert not set(keys(seeded, "cloud")) & set(before)
    asked = plan_of(folder, STUDY.replace('path = "own"', 'path = "own"\nkeep = false'), store)
    assert not set(keys(asked, "cloud")) & set(before)


def test_a_changed_photo_is_another_sample(
    photos: Path, store: Store, make_photo: MakePhoto
) -> None:
    before = keys(plan_of(photos.parent, STUDY, store), "cloud")
    make_photo(photos / "0.jpg", shade=250)
    after = keys(plan_of(photos.parent, STUDY, store), "cloud")
    assert after[0] != before[0] and after[1:] == before[1:]


def test_changed_prompts_are_another_system(photos: Path, store: Store) -> None:
    folder = photos.parent / "prompts" / "vlm"
    folder.mkdir(parents=True)
    (folder / "system.md").write_text("You crop photographs, boldly.", "utf-8")
    assert prompts_hash(folder.parent) != prompts_hash(None)
    text = STUDY.replace('effort = "quick"', 'effort = "quick"\nprompts = "prompts"')
    before = keys(plan_of(photos.parent, STUDY, store), "cloud")
    assert not set(keys(plan_of(photos.parent, text, store), "cloud")) & set(before)
    (folder / "sistem.md").write_text("", "utf-8")
    with pytest.raises(UsageError, match="replaces no prompt"):
        prompts_hash(folder.parent)


def test_a_changed_recipe_of_ones_own_is_another_system(
    photos: Path, store: Store, home: Path
) -> None:
    own = home / "recipes" / "mine.toml"
    own.parent.mkdir()
    text = STUDY.replace('effort = "quick"', 'effort = "quick"\nrecipe = "mine"')

    def planned(recipe: str) -> set[str]:
        own.write_text(recipe, "utf-8")
        return set(keys(plan_of(photos.parent, text, store), "cloud"))

    before = planned("R = 3")
    assert planned("# the same\nR = 3") == before
    assert not planned("R = 4") & before
    with pytest.raises(UsageError, match="mine.toml"):
        planned("R = 40")


def test_the_forecast_tells_cost_before_anything_is_paid(photos: Path, store: Store) -> None:
    rows = {row.system: row for row in plan_of(photos.parent, STUDY, store).forecast()}
    cloud = rows["cloud"]
    assert (cloud.samples, cloud.done, cloud.left, cloud.seconds) == (6, 0, 6, None)
    # One call of 1,900 tokens and an answer of 800, at 0.15 and 0.60 a million.
    assert cloud.cost == pytest.approx(1900 * 0.15e-6 + 800 * 0.6e-6)
    assert rows["unpriced"].cost is None
    assert rows["full frame"].cost == 0


def test_the_forecast_counts_what_is_there(photos: Path, store: Store) -> None:
    text = STUDY.split("[[systems]]")[0]
    Runner(plan_of(photos.parent, text, store)).run()
    rows = {row.system: row for row in plan_of(photos.parent, STUDY, store).forecast()}
    assert (rows["random"].done, rows["random"].left, rows["cloud"].left) == (6, 0, 6)


def test_a_protocol_that_the_labels_do_not_offer(photos: Path, store: Store) -> None:
    text = STUDY.replace('path = "own"', 'path = "own"\nprotocols = "anchors"')
    with pytest.raises(UsageError, match=r"no labels for the protocol 'anchors'.*free"):
        plan_of(photos.parent, text, store)
    twice = STUDY + '[[datasets]]\npath = "own"\n'
    with pytest.raises(UsageError, match="Two tables would be called"):
        plan_of(photos.parent, twice, store)
