"""The grounding node: who looked, what they found, what failed."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import Status
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.nodes.grounding import grounding
from cropsmith.agents.nodes.state import ImageRef
from cropsmith.agents.parts.parts import Parts, RunContext, build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.models.weights import WeightsMissing
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.request import Edge, Intent, Phrase, Shot, Side, Target

WOMAN = {"x1": 0.2, "y1": 0.1, "x2": 0.8, "y2": 0.9}


def intent(*subjects: str, avoid: Sequence[str] = (), **more: Any) -> Intent:
    return Intent(
        task="subject",
        targets=(Target(),),
        subjects=tuple(Phrase(text=s, head=s) for s in subjects),
        avoid=tuple(Phrase(text=a, head=a) for a in avoid),
        **more,
    )


async def run(photo: Path, context: Parts, wanted: Intent) -> dict[str, Any]:
    view = context.views.open(photo)
    state: Any = {
        "image": ImageRef(source=str(photo), sha256=view.sha256, size=view.size),
        "intent": wanted,
        "round": 0,
    }
    runtime: Any = SimpleNamespace(context=RunContext.around(context))
    return await grounding(state, runtime)


@pytest.fixture
def photo(photos: Path) -> Path:
    return photos / "astronaut.jpg"


def with_mind(*answers: ScriptedAnswer, **settings: Any) -> Parts:
    """Parts whose mind is a VLM that follows a script."""
    mind = Argued(Asker(Scripted(answers)), BuiltinMind())
    return build_parts(RunSettings(trace=False, **settings), mind=mind)


async def test_without_any_finder_it_is_said_that_nobody_looked(photo: Path) -> None:
    context = build_parts(RunSettings(trace=False, detector="off"))
    update = await run(photo, context, intent("woman", "crown"))
    assert update["grounding"].missing == ("woman", "crown")
    assert update["notes"][0].startswith("Could not look for “woman”")
    assert all("stands in for it" in note for note in update["notes"])
    assert {e.source for e in update["grounding"].found} == {"faceboxes", "saliency"}
    assert update["failures"] == ()


async def test_the_models_own_boxes_are_a_source(photo: Path) -> None:
    hat = {"x1": 0.3, "y1": 0.0, "x2": 0.6, "y2": 0.2}
    things = [{"number": 1, "box": WOMAN}, {"number": 2, "box": hat}, {"number": 9, "box": WOMAN}]
    answer = ScriptedAnswer(purpose="locate", value={"things": things})
    update = await run(photo, with_mind(answer), intent("woman", avoid=["hat"]))
    found = update["grounding"].found
    assert [(str(e.kind), e.phrase, e.source) for e in found] == [
        ("subject", "woman", "scripted/script"),
        ("avoid", "hat", "scripted/script"),
    ]
    assert update["notes"] == ()


async def test_a_model_that_sees_nothing_of_it_has_looked(photo: Path) -> None:
    update = await run(
        photo, with_mind(ScriptedAnswer(purpose="locate", value={"things": []})), intent("yak")
    )
    assert update["grounding"].missing == ("yak",)
    assert update["notes"][0].startswith("Nothing was found for “yak”")


async def test_a_failed_call_is_a_failure_not_an_empty_answer(photo: Path) -> None:
    answer = ScriptedAnswer(purpose="locate", status=Status.REFUSED, reason="I cannot.")
    update = await run(photo, with_mind(answer, detector="off"), intent("woman"))
    (failure,) = update["failures"]
    assert (failure.node, failure.status) == ("grounding", "refused")
    assert update["notes"][0].startswith("Could not look")


async def test_the_finder_that_ships_stands_in_for_a_model_that_fails(photo: Path) -> None:
    answer = ScriptedAnswer(purpose="locate", status=Status.REFUSED, reason="I cannot.")
    update = await run(photo, with_mind(answer), intent("woman"))
    (woman,) = update["grounding"].found
    assert (woman.source, woman.label) == ("nanodet", "person") and (woman.confidence or 0) > 0.8
    assert woman.box.area > 0.4


async def test_what_a_model_points_at_goes_before_the_finder_that_ships(photo: Path) -> None:
    answer = ScriptedAnswer(purpose="locate", value={"things": [{"number": 1, "box": WOMAN}]})
    update = await run(photo, with_mind(answer), intent("woman"))
    (woman,) = update["grounding"].found
    assert woman.source == "scripted/script" and (woman.agreement or 0) > 0.5


async def test_what_is_out_of_reach_is_told_and_the_main_subject_stands_in(photo: Path) -> None:
    update = await run(photo, build_parts(RunSettings(trace=False)), intent("lighthouse"))
    (found,) = update["grounding"].found
    assert (found.phrase, found.label) == ("lighthouse", "person")
    (note,) = update["notes"]
    assert "--detector owlv2" in note and "The main subject, a person" in note


async def test_people_that_nobody_named_are_seen_where_the_request_is_about_people(
    photo: Path,
) -> None:
    parts = build_parts(RunSettings(trace=False))
    seen = (await run(photo, parts, intent(shot=Shot.HALF_BODY)))["evidence"]
    assert EvidenceKind.PERSON in {e.kind for e in seen}
    named = (await run(photo, parts, intent("woman")))["evidence"]
    assert EvidenceKind.PERSON not in {e.kind for e in named}


async def test_a_landmark_is_found_without_becoming_the_subject(photo: Path) -> None:
    woman = Phrase(text="woman", head="woman")
    wanted = intent(edges=(Edge(phrase="woman", side=Side.LEFT),), landmarks=(woman,))
    update = await run(photo, build_parts(RunSettings(trace=False)), wanted)
    (found,) = update["grounding"].found
    assert (found.kind, found.phrase, found.label) == (EvidenceKind.THING, "woman", "person")


async def test_a_detector_that_cannot_be_had_is_recorded(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    context = build_parts(RunSettings(trace=False, detector="google/owlv2-large"))
    update = await run(photo, context, intent("woman"))
    (failure,) = update["failures"]
    assert failure.source == "google/owlv2-large" and "not on this machine" in failure.message
    with pytest.raises(WeightsMissing):
        await run(photo, context.but(context.settings.but(strict=True)), intent("woman"))


async def test_a_detector_and_the_model_are_reconciled(photo: Path, tiny_models: Path) -> None:
    answer = ScriptedAnswer(purpose="locate", value={"things": [{"number": 1, "box": WOMAN}]})
    context = with_mind(answer, detector=str(tiny_models / "owlvit"))
    found = (await run(photo, context, intent("woman")))["grounding"].found
    assert found and all(e.agreement is not None for e in found)


async def test_a_reference_picture_is_looked_for(photo: Path, tiny_models: Path) -> None:
    context = build_parts(RunSettings(trace=False, detector=str(tiny_models / "owlvit")))
    reference = context.views.open(photo.with_name("coffee.jpg"))
    update = await run(photo, context, intent(subject_image=reference.sha256))
    answered = update["grounding"]
    assert len(answered.found) + len(answered.missing) == 1


async def test_the_face_of_somebody_named_is_looked_for(photo: Path) -> None:
    update = await run(photo, build_parts(RunSettings(trace=False)), intent("face of the woman"))
    (found,) = update["grounding"].found
    assert found.source == "faceboxes" and found.phrase == "face of the woman"
    assert found.box.height < 0.4 and not update["notes"]
