from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.study import identity
from cropsmith.evals.study.forecast import forecast
from cropsmith.evals.study.identity import prompts_hash
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import SampleStatus
from cropsmith.vectorstore.embedders import embedder
from cropsmith.vectorstore.index import Index
from cropsmith.vectorstore.store import Row
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
        keys(plan_of(photos.parent, text, store), "cloud")


def test_a_named_set_is_another_system(photos: Path, store: Store) -> None:
    text = STUDY.replace('effort = "quick"', 'effort = "quick"\nprompts = "plain"')
    before = keys(plan_of(photos.parent, STUDY, store), "cloud")
    assert not set(keys(plan_of(photos.parent, text, store), "cloud")) & set(before)
    wrong = STUDY.replace('effort = "quick"', 'effort = "quick"\nprompts = "plian"')
    with pytest.raises(UsageError, match="no set of prompts 'plian'"):
        keys(plan_of(photos.parent, wrong, store), "cloud")


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
    rows = {row.system: row for row in forecast(plan_of(photos.parent, STUDY, store))}
    cloud = rows["cloud"]
    assert (cloud.samples, cloud.done, cloud.left, cloud.seconds) == (6, 0, 6, None)
    # One call of 1,900 tokens and an answer of 800, at 0.15 and 0.60 a million.
    assert cloud.cost == pytest.approx(1900 * 0.15e-6 + 800 * 0.6e-6)
    assert rows["unpriced"].cost is None
    assert rows["full frame"].cost == 0


def test_the_forecast_counts_what_is_there(photos: Path, store: Store) -> None:
    text = STUDY.split("[[systems]]")[0]
    Runner(plan_of(photos.parent, text, store)).run()
    rows = {row.system: row for row in forecast(plan_of(photos.parent, STUDY, store))}
    assert (rows["random"].done, rows["random"].left, rows["cloud"].left) == (6, 0, 6)


def test_what_two_datasets_share_is_forecast_once(photos: Path, store: Store) -> None:
    text = STUDY.split("[[systems]]")[0]
    text += '[[datasets]]\npath = "own"\nname = "half"\nlimit = 3\n'
    rows = [row for row in forecast(plan_of(photos.parent, text, store)) if row.system == "random"]
    told = [(row.samples, row.done, row.same, row.left) for row in rows]
    assert told == [(6, 0, 0, 6), (3, 0, 3, 0)]
    plan = plan_of(photos.parent, text, store)
    assert Runner(plan).run().by_status == {SampleStatus.OK: 2 * 6}
    rows = [row for row in forecast(plan) if row.system == "random"]
    assert [(row.done, row.same, row.left) for row in rows] == [(6, 0, 0), (3, 0, 0)]


def test_a_protocol_that_the_labels_do_not_offer(photos: Path, store: Store) -> None:
    text = STUDY.replace('path = "own"', 'path = "own"\nprotocols = "anchors"')
    with pytest.raises(UsageError, match=r"no labels for the protocol 'anchors'.*free"):
        plan_of(photos.parent, text, store)
    twice = STUDY + '[[datasets]]\npath = "own"\n'
    with pytest.raises(UsageError, match="Two tables would be called"):
        plan_of(photos.parent, twice, store)


def test_other_weights_under_one_name_are_another_system(
    photos: Path, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = STUDY.replace("openai/gpt-4o-mini", "vllm/Qwen/Qwen3-VL-8B-Instruct")

    def planned(serve: str = "") -> set[str]:
        text = base.replace('effort = "quick"', f'effort = "quick"\n{serve}')
        return set(keys(plan_of(photos.parent, text, store), "cloud"))

    plain = planned()
    whole = planned('serve = { path = "weights/a" }')
    assert not whole & plain
    assert not planned('serve = { path = "weights/b" }') & whole
    assert not planned('serve = { path = "weights/a", args = ["--quantization", "fp8"] }') & whole
    # How many cards it is spread over, and how long one waits, changes no answer.
    assert planned('serve = { path = "weights/a", gpus = 2, wait = 9, port = 81 }') == whole
    monkeypatch.setenv("CROPSMITH_VLLM_URL", "http://one:8000/v1")
    first = planned()
    monkeypatch.setenv("CROPSMITH_VLLM_URL", "http://two:8000/v1")
    assert len(first | plain | planned()) == 18


def test_what_an_index_holds_is_part_of_the_system(
    photos: Path, store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "shown"
    text = STUDY.replace('effort = "quick"', f'effort = "quick"\nindex = "{folder}"')

    def planned() -> set[str]:
        return set(keys(plan_of(photos.parent, text, store), "cloud"))

    by = embedder("builtin")
    index = Index.create(folder, by, name="builtin", dataset="own", store="exact")
    vector = np.zeros(by.dimension, np.float32)
    vector[0] = 1
    index.store.add([Row("a", vector, "{}", "1")])
    before = planned()
    assert planned() == before
    index.store.add([Row("b", vector, "{}", "1")])
    assert not planned() & before
    index.close()


@pytest.mark.parametrize("setting", ["decoder", "rater"])
def test_weights_trained_anew_are_another_system(
    photos: Path, store: Store, tmp_path: Path, setting: str
) -> None:
    folder = tmp_path / "trained"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    text = STUDY.replace('name = "cloud"', f'name = "cloud"\n{setting} = "{folder}"')

    def planned(weights: bytes) -> set[str]:
        (folder / "model.safetensors").write_bytes(weights)
        return set(keys(plan_of(photos.parent, text, store), "cloud"))

    first, other, again = planned(b"first"), planned(b"another one"), planned(b"first")
    assert first == again and not first & other


def test_another_version_of_cropsmith_is_another_system(
    photos: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = plan_of(photos.parent, STUDY, store)
    cloud, frame = keys(before, "cloud"), keys(before, "full frame")
    monkeypatch.setattr(identity, "version", lambda _: "99.0")
    after = plan_of(photos.parent, STUDY, store)
    assert not {*cloud, *frame} & {*keys(after, "cloud"), *keys(after, "full frame")}


def test_what_knows_no_chance_is_asked_once_whatever_the_seeds(photos: Path, store: Store) -> None:
    text = "seeds = [0, 1, 2]\n" + STUDY + '[[systems]]\nname = "photographer"\n'
    plan = plan_of(photos.parent, text, store)
    count = {name: len(set(keys(plan, name))) for name in ("full frame", "random", "photographer")}
    assert count == {"full frame": 6, "random": 18, "photographer": 6}
    assert len(set(keys(plan, "cloud"))) == 18
    rows = {row.system: row for row in forecast(plan)}
    assert (rows["full frame"].left, rows["cloud"].left) == (6, 18)


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("vlm/propose_quick.md", {"quick"}),
        ("vlm/decide.md", {"standard"}),
        ("vlm/system.md", {"quick", "standard", "cropper"}),
        ("cropper/query_free.md", {"cropper"}),
        ("vlm/judge.md", set()),
        ("evals/rank.md", set()),
    ],
)
def test_a_changed_prompt_repeats_the_systems_that_use_it(
    photos: Path, store: Store, monkeypatch: pytest.MonkeyPatch, changed: str, again: set[str]
) -> None:
    text = STUDY.split("[[systems]]")[0] + "".join(
        f'[[systems]]\nname = "{name}"\nmodel = "openai/gpt-4o-mini"\n{setting}\n'
        for name, setting in (
            ("quick", 'effort = "quick"'),
            ("standard", 'effort = "standard"'),
            ("cropper", 'recipe = "cropper"'),
        )
    )

    def planned() -> dict[str, set[str]]:
        plan = plan_of(photos.parent, text, store)
        return {name: set(keys(plan, name)) for name in ("quick", "standard", "cropper")}

    before, read = planned(), identity._markdown

    def edited(*where: Any) -> Iterator[tuple[str, str]]:
        for name, words in read(*where):
            yield name, words + (" More." if name == changed else "")

    monkeypatch.setattr(identity, "_markdown", edited)
    after = planned()
    assert {name for name in before if not before[name] & after[name]} == again
