"""Many samples at once, and crops that are almost the photo: neither may become an error."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import Ask, Reply
from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import Answer, SampleStatus
from cropsmith.tools.photographer import measurements
from tests.evals.conftest import MakePhoto
from tests.evals.study.conftest import plan_of, quick_answer, script

STUDY = """
name = "many"
concurrency = {at_once}
baselines = ["full frame"]
traces = false
[[datasets]]
path = "own"
keep = {keep}
limit = {photos}
[[systems]]
name = "vlm"
model = "{model}"
effort = "quick"
solo = {solo}
"""


@pytest.fixture
def many(tmp_path: Path, make_photo: MakePhoto) -> Path:
    rows = ["file,x1,y1,x2,y2"]
    for number in range(20):
        make_photo(tmp_path / "own" / f"{number}.jpg", shade=5 * number)
        rows.append(f"{number}.jpg,6,4,114,76")
    (tmp_path / "own" / "crops.csv").write_text("\n".join(rows), "utf-8")
    return tmp_path


def answers_of(folder: Path, **settings: object) -> list[Answer]:
    with Store(folder / "samples.sqlite3", write=True) as store:
        plan = plan_of(folder, STUDY.format(**settings), store)
        outcome = Runner(plan, pause=0.01).run()
        assert outcome.broken == {}
        found = [store.sample(p.key) for p in plan.samples() if p.arm.spec]
        assert len(found) == settings["photos"]
    return [sample.answer for sample in found if sample]


def test_no_photo_in_use_is_forgotten(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos are closed when nobody works on them, however many are open at once."""
    first = iter([True])
    asked = Scripted.ask

    async def slow_first(self: Scripted, ask: Ask) -> Reply:
        await asyncio.sleep(1.0 if next(first, False) else 0.01)
        return await asked(self, ask)

    monkeypatch.setattr(Scripted, "ask", slow_first)
    model = script(many / "s.jsonl", quick_answer(repeat=True))
    answers = answers_of(many, at_once=16, keep="true", photos=20, solo="true", model=model)
    assert {(a.status, a.message) for a in answers} == {(SampleStatus.OK, "")}


@pytest.mark.parametrize("edge", [0.05, 0.0001])
def test_a_large_crop_is_a_crop(many: Path, edge: float) -> None:
    box = {"x1": edge, "y1": edge, "x2": 1 - edge, "y2": 1 - edge}
    crop = {"element": "center", "reason": "All of it matters.", "box": box}
    value = {"thoughts": "calm", "crops": [crop], "keep": False}
    model = script(many / "s.jsonl", {"purpose": "propose", "value": value, "repeat": True})
    for solo in ("true", "false"):
        answers = answers_of(many, at_once=4, keep="false", photos=3, solo=solo, model=model)
        assert {(a.status, a.message) for a in answers} == {(SampleStatus.OK, "")}
        assert all(a.box and a.box.area > 0.7 for a in answers) or solo == "false"


def test_a_photo_is_measured_once_for_all_systems_and_then_forgotten(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Systems that keep photos of their own keep each photo in memory once for every system."""
    measured = []
    look = measurements.look

    def counted(*seen: Any) -> Any:
        measured.append(seen)
        return look(*seen)

    monkeypatch.setattr(measurements, "look", counted)
    text = STUDY.split("[[systems]]")[0].format(at_once=2, keep="true", photos=6)
    text += '[[systems]]\nname = "one"\n[[systems]]\nname = "two"\nclip = "off"\n'
    with Store(many / "samples.sqlite3", write=True) as store:
        runner = Runner(plan_of(many, text, store))
        assert runner.run().done == 18
    assert len(measured) == 6
    assert len(runner.answering.views._views) <= 4
