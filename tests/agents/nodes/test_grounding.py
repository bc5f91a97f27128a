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
from cropsmith.tools.schema.request import Intent, Phrase, Target

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
    update = await run(photo, build_parts(RunSettings(trace=False)), intent("woman"))
    assert update["grounding"].found == () and update["grounding"].missing == ("woman",)
    assert update["notes"][0].startswith("Could not look for “woman”")
    assert update["failures"] == ()


async def test_the_models_own_boxes_are_a_source(photo: Path) -> None:
    things = [{"number": 1, "box": WOMAN}, {"number": 2, "box": WOMAN}, {"number": 9, "box": WOMAN}]
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
    update = await run(photo, with_mind(answer), intent("woman"))
    (failure,) = update["failures"]
    assert (failure.node, failure.status) == ("grounding", "refused")
    assert update["notes"][0].startswith("Could not look")


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
