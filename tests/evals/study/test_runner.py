import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.errors import BudgetSpent, NotAllowed
from cropsmith.evals.baselines import prior
from cropsmith.evals.report.results import tables
from cropsmith.evals.study.plan import Arm
from cropsmith.evals.study.runner import Runner
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.systems import BaselineSystem, System
from cropsmith.evals.trial import Answer, SampleStatus, Trial
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from tests.evals.study.conftest import plan_of, quick_answer, script

STUDY = """
name = "test"
concurrency = 3
retries = 1
timeout = 60
baselines = ["full frame", "centre 0.9"]
traces = false
[[datasets]]
path = "own"
[[systems]]
name = "fake"
"""
OK = Answer(status=SampleStatus.OK, box=Box.of((0, 0, 0.5, 1)))


class Fake:
    """Answers what a test says, and remembers what it was asked."""

    def __init__(self, *outcomes: Answer | Exception) -> None:
        self.outcomes, self.asked = list(outcomes), list[str]()
        self.at_once = self.most = 0

    async def answer(self, trial: Trial) -> Answer:
        self.asked.append(trial.name)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await asyncio.sleep(0.2)
        self.at_once -= 1
        outcome = self.outcomes.pop(0) if self.outcomes else OK
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Rig:
    """A study over six photos whose system `fake` is a fake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, fake: Fake, text: str = STUDY, again: frozenset[str] = frozenset()) -> Runner:
        with Store(self.folder / "samples.sqlite3", write=True) as store:
            plan = plan_of(self.folder, text, store)
            runner = Runner(plan, again=again, pause=0.01)
            default = runner.answering.build

            def build(arm: Arm) -> System:
                return fake if arm.name == "fake" else default(arm)

            runner.answering.build = build
            runner.run()
            self.statuses = {
                sample.answer.status
                for planned in plan.samples()
                if planned.arm.name == "fake" and (sample := store.sample(planned.key))
            }
            self.tables = tables(plan)
            return runner


@pytest.fixture
def rig(photos: Path) -> Rig:
    return Rig(photos.parent)


def test_every_sample_once_and_never_again(rig: Rig) -> None:
    fake = Fake()
    outcome = rig.run(fake).outcome
    assert (outcome.done, outcome.skipped) == (18, 0)
    assert sorted(fake.asked) == [f"{n}.jpg" for n in range(6)]
    assert 1 < fake.most <= 3
    again = Fake()
    outcome = rig.run(again).outcome
    assert (outcome.done, outcome.skipped, again.asked) == (0, 18, [])
    row = next(r for r in rig.tables[0].rows if r.name == "fake")
    assert row.complete and row.failures == 0


def test_no_answer_is_tried_again_and_a_bad_answer_is_a_result(rig: Rig) -> None:
    unavailable = Answer(status=SampleStatus.UNAVAILABLE, message="503")
    refused = Answer(status=SampleStatus.REFUSED, message="I cannot.")
    fake = Fake(unavailable, refused)
    outcome = rig.run(fake).outcome
    assert len(fake.asked) == 7  # one further try, by the same run
    assert outcome.by_status[SampleStatus.REFUSED] == 1
    assert rig.statuses == {SampleStatus.OK, SampleStatus.REFUSED}
    later = Fake()
    rig.run(later)
    assert later.asked == []
    rig.run(later, again=frozenset({"refused"}))
    assert len(later.asked) == 1 and rig.statuses == {SampleStatus.OK}


def test_what_a_prior_learns_is_in_no_samples_time(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    learn, answer = prior.fit, BaselineSystem.answer

    def fit(known: Sequence[LabelledPhoto]) -> Any:
        happened.append("learnt")
        return learn(known)

    async def answered(system: BaselineSystem, trial: Trial) -> Answer:
        happened.append("asked")
        return await answer(system, trial)

    monkeypatch.setattr(prior, "fit", fit)
    monkeypatch.setattr(BaselineSystem, "answer", answered)
    text = STUDY.split("[[systems]]")[0].replace("centre 0.9", "image-blind prior")
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        Runner(plan_of(photos.parent, text, store)).run()
        learnt = happened.count("learnt")
        assert learnt > 1 and happened == ["learnt"] * learnt + ["asked"] * 12
        Runner(plan_of(photos.parent, text, store)).run()
    assert len(happened) == learnt + 12


def test_what_stays_unavailable_is_tried_by_the_next_run(rig: Rig) -> None:
    unavailable = Answer(status=SampleStatus.UNAVAILABLE, message="503")
    rig.run(Fake(*[unavailable] * 12))
    assert rig.statuses == {SampleStatus.UNAVAILABLE}
    fake = Fake()
    rig.run(fake)
    assert len(fake.asked) == 6 and rig.statuses == {SampleStatus.OK}


def test_a_bug_is_an_error_of_its_sample(rig: Rig) -> None:
    rig.run(Fake(KeyError("boom")))
    assert rig.statuses == {SampleStatus.OK, SampleStatus.ERROR}
    row = next(r for r in rig.tables[0].rows if r.name == "fake")
    assert row.statuses == {SampleStatus.OK: 5, SampleStatus.ERROR: 1}
    assert row.cells["iou"].interval.value < row.cells["iou"].answered


def test_a_timeout_is_a_status_of_its_own(rig: Rig) -> None:
    class Slow(Fake):
        async def answer(self, trial: Trial) -> Answer:
            await asyncio.sleep(30 if trial.name == "0.jpg" else 0)
            return OK

    outcome = rig.run(Slow(), STUDY.replace("timeout = 60", "timeout = 1")).outcome
    assert outcome.by_status[SampleStatus.TIMEOUT] == 1


def test_a_refused_key_stops_the_system_and_no_other(rig: Rig) -> None:
    outcome = rig.run(Fake(*[NotAllowed("The key was refused.")] * 3)).outcome
    assert outcome.broken == {"fake": "The key was refused."}
    assert outcome.done == 12 and outcome.not_run == 6
    names = [row.name for row in rig.tables[0].ranked]
    assert "fake" not in names and len(names) == 2


def test_the_ceiling_stops_the_system_without_inventing_failures(rig: Rig) -> None:
    outcome = rig.run(Fake(BudgetSpent("spent"))).outcome
    assert outcome.unpaid == {"fake"} and outcome.not_run >= 1
    assert outcome.done + outcome.not_run == 18 and outcome.done >= 12  # what costs nothing goes on
    assert rig.statuses == {SampleStatus.OK}


def test_seeds_are_samples_of_their_own(rig: Rig) -> None:
    fake = Fake()
    rig.run(fake, "seeds = [0, 1]\n" + STUDY + 'model = "scripted/none"\n')
    assert len(fake.asked) == 12
    row = next(r for r in rig.tables[0].rows if r.name == "fake")
    assert row.samples == 12 and row.cells["iou"].interval.photos == 6


def test_a_missing_photo_is_left_out_and_said(rig: Rig, photos: Path) -> None:
    fake = Fake()
    text = STUDY.replace('path = "own"', 'path = "labels"')
    import shutil

    shutil.copytree(photos, photos.parent / "labels")
    body = (
        '[{"image": "gone.jpg", "text": "a", "boxes": [[0,0,9,9]], "width": 99, "height": 99},'
        '{"image": "0.jpg", "text": "b", "boxes": [[0,0,9,9]], "width": 120, "height": 80}]'
    )
    (photos.parent / "labels" / "textcrop.json").write_text(body, "utf-8")
    rig.run(fake, text)
    assert fake.asked == ["0.jpg"]


def test_the_real_graph_over_a_script(photos: Path) -> None:
    """Refusals and bad answers of a model are its own; the built-in one does not stand in."""
    model = script(
        photos.parent / "script.jsonl",
        quick_answer(status="refused", reason="I cannot.", value=None),
        quick_answer(repeat=True),
    )
    text = STUDY.replace(
        'name = "fake"', f'name = "vlm"\nmodel = "{model}"\neffort = "quick"\nsolo = true'
    ).replace("concurrency = 3", "concurrency = 1")
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        plan = plan_of(photos.parent, text, store)
        outcome = Runner(plan, pause=0.01).run()
        assert outcome.broken == {}
        row = next(r for r in tables(plan)[0].rows if r.name == "vlm")
        assert row.statuses == {SampleStatus.OK: 5, SampleStatus.REFUSED: 1}
        assert row.calls == 6
        answers = [
            sample.answer
            for planned in plan.samples()
            if planned.arm.name == "vlm" and (sample := store.sample(planned.key))
        ]
    good = [a for a in answers if a.status is SampleStatus.OK]
    assert all(a.proposed_by.startswith("scripted/") for a in good)
    assert all(a.box and abs(a.box.x1 - 0.1) < 0.02 for a in good)
    assert all(a.conventions == ("ours (script)",) for a in good)
    refused = next(a for a in answers if a.status is SampleStatus.REFUSED)
    assert refused.box is None and "cannot" in refused.message


def test_ranking_by_a_script(tmp_path: Path, photos: Path) -> None:
    rows = ["file,x1,y1,x2,y2,score"]
    for number in range(6):
        rows += [f"{number}.jpg,0,0,60,80,{2 + number % 3}", f"{number}.jpg,60,0,120,80,1"]
    (photos / "crops.csv").write_text("\n".join(rows), "utf-8")
    model = script(
        photos.parent / "script.jsonl",
        {"purpose": "rank", "value": {"scores": [1]}},
        {"purpose": "rank", "value": {"scores": [5, 1]}, "repeat": True},
    )
    text = f"""
name = "rank"
mode = "rank"
concurrency = 1
[[datasets]]
path = "own"
protocols = "anchors"
[[systems]]
name = "vlm"
model = "{model}"
[[systems]]
name = "photographer"
"""
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        plan = plan_of(photos.parent, text, store)
        Runner(plan, pause=0.01).run()
        (table,) = tables(plan)
    rows_by_name = {row.name: row for row in table.rows}
    vlm = rows_by_name["vlm"]
    assert vlm.statuses == {SampleStatus.INVALID: 1, SampleStatus.OK: 5}
    assert vlm.cells["srcc"].interval.value == pytest.approx(5 / 6)
    assert vlm.cells["srcc"].answered == 1
    assert rows_by_name["photographer"].statuses == {SampleStatus.OK: 6}
    assert "full frame" not in rows_by_name and "larger area" in rows_by_name


def test_rating_whole_photos(photos: Path) -> None:
    labels = {f"{n}.jpg": {"mean": 1 + n / 2} for n in range(6)}
    (photos / "composition_scores.json").write_text(json.dumps(labels), "utf-8")
    scores = [1, 2, 2, 3, 4, 5]
    answers: list[dict[str, object]] = [
        {"purpose": "rank", "value": {"scores": [s]}} for s in scores
    ]
    model = script(photos.parent / "script.jsonl", *answers)
    text = f"""
name = "ratings"
concurrency = 1
[[datasets]]
path = "own"
format = "cadb"
protocols = "ratings"
[[systems]]
name = "vlm"
model = "{model}"
[[systems]]
name = "photographer"
"""
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        plan = plan_of(photos.parent, text, store)
        Runner(plan).run()
        (table,) = tables(plan)
    assert {row.name for row in table.rows} == {"vlm", "random"}
    row = next(row for row in table.rows if row.name == "vlm")
    # Of 15 pairs one is tied by the scores.
    assert row.cells["rated"].interval.value == pytest.approx(14.5 / 15)


def test_each_sample_has_a_trace_with_what_was_shown(photos: Path) -> None:
    model = script(photos.parent / "script.jsonl", quick_answer(repeat=True))
    text = STUDY.replace(
        'name = "fake"', f'name = "vlm"\nmodel = "{model}"\neffort = "quick"\nsolo = true'
    ).replace("traces = false", "traces = true")
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        plan = plan_of(photos.parent, text, store)
        Runner(plan).run()
        answers = [
            sample.answer
            for planned in plan.samples()
            if planned.arm.name == "vlm" and (sample := store.sample(planned.key))
        ]
    assert {answer.message for answer in answers} == {""}
    names = {answer.trace_id for answer in answers}
    assert len(names) == 6 and None not in names
    library = TraceLibrary()
    assert {library.head(str(name)).study for name in names} == {plan.study.name}
    assert library.list() == ()  # the list is for runs of one's own
    shown = [
        call.pictures
        for name in names
        for step in library.read(str(name)).steps
        for call in step.calls
    ]
    assert len(shown) == 6 and len(set(shown)) == 6
    assert all(library.images.get(picture) for pictures in shown for picture in pictures)


def test_a_failure_names_its_trace_too(photos: Path) -> None:
    refusal = quick_answer(status="refused", reason="I cannot.", value=None, repeat=True)
    model = script(photos.parent / "script.jsonl", refusal)
    text = STUDY.replace(
        'name = "fake"', f'name = "vlm"\nmodel = "{model}"\neffort = "quick"\nsolo = true'
    ).replace("traces = false", "traces = true")
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        plan = plan_of(photos.parent, text, store)
        Runner(plan).run()
        keys = [planned.key for planned in plan.samples() if planned.arm.name == "vlm"]
        answers = [sample.answer for key in keys if (sample := store.sample(key))]
    assert {a.status for a in answers} == {SampleStatus.REFUSED}
    heads = [TraceLibrary().head(str(a.trace_id)) for a in answers]
    assert len({head.id for head in heads}) == 6


def test_other_words_reach_the_model(photos: Path) -> None:
    model = script(photos.parent / "script.jsonl", quick_answer(repeat=True))
    folder = photos.parent / "prompts" / "vlm"
    folder.mkdir(parents=True)
    (folder / "system.md").write_text("You crop boldly.", "utf-8")
    text = STUDY.replace(
        'name = "fake"',
        f'name = "vlm"\nmodel = "{model}"\neffort = "quick"\nsolo = true\n'
        '[systems.grid]\nprompts = ["", "prompts"]',
    ).replace("traces = false", "traces = true")
    said: dict[str, set[bool]] = {}
    with Store(photos.parent / "samples.sqlite3", write=True) as store:
        plan = plan_of(photos.parent, text, store)
        Runner(plan).run()
        for planned in plan.samples():
            sample = store.sample(planned.key)
            if planned.arm.spec and sample:
                trace = TraceLibrary().read(str(sample.answer.trace_id))
                prompts = [call.prompt for step in trace.steps for call in step.calls]
                bold = any("You crop boldly." in prompt for prompt in prompts)
                said.setdefault(planned.arm.name, set()).add(bold)
    assert said == {"vlm prompts=": {False}, "vlm prompts=prompts": {True}}
