"""The VLM judge as a scorer."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cropsmith.agents.backends.protocol.backend import Ask, Picture, Status
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.judge import BATCH, judge, verdict_on
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.nodes.scoring import judged, scored
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target


@pytest.fixture
def brief(photos: Path) -> Brief:
    return Brief(
        view=View(open_photo(photos / "astronaut.jpg")),
        intent=Intent(task="free", targets=(Target(),)),
        target=Target(),
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )


def candidates(count: int) -> list[Candidate]:
    return [
        Candidate(
            id=f"c{n}",
            target=0,
            box=Box(x1=0.01 * n, y1=0, x2=0.5 + 0.01 * n, y2=0.9),
            provenance=Provenance(source="test"),
        )
        for n in range(count)
    ]


def verdicts(ask: Ask) -> dict[str, Any]:
    """The first crop of a call gets 0, the next 1, ..."""
    return {"scores": list(range(len(ask.pictures) - 1))}


async def test_every_candidate_is_shown_and_judged(brief: Brief) -> None:
    backend = Scripted(verdicts)
    found = await judge(Asker(backend), brief, candidates(BATCH + 3))
    assert [found.verdicts[f"c{n}"] for n in range(BATCH + 3)] == [*range(BATCH), 0, 1, 2]
    assert sorted(len(ask.pictures) for ask in backend.asked) == [4, BATCH + 1]
    assert isinstance(backend.asked[0].messages[1].parts[1], Picture)


async def test_a_failed_call_leaves_all_unjudged(brief: Brief) -> None:
    def play(ask: Ask) -> Any:
        if len(ask.pictures) < BATCH:
            return ScriptedAnswer(status=Status.REFUSED, reason="No.")
        return verdicts(ask)

    with pytest.raises(MindFailed, match="No"):
        await judge(Asker(Scripted(play)), brief, candidates(BATCH + 3))


async def test_verdicts_enter_the_total(brief: Brief) -> None:
    mind = Argued(Asker(Scripted(verdicts)), BuiltinMind())
    context = build_parts(RunSettings(trace=False, judge=True), mind=mind)
    fresh = candidates(3)
    extra, failures = await judged(context, brief, fresh)
    assert failures == ()
    with_judge = scored(context, brief, fresh, extra).candidates
    without = scored(context, brief, fresh).candidates
    assert [c.scores["judge"] for c in with_judge] == [0, 1, 2]
    for one, other, verdict in zip(with_judge, without, (0, 1, 2), strict=True):
        assert one.total == pytest.approx(((other.total or 0) + verdict / 10) / 2)


async def test_a_failure_is_recorded_and_nothing_is_zero(brief: Brief) -> None:
    script = [ScriptedAnswer(status=Status.BLOCKED, reason="Filtered.")]
    mind = Argued(Asker(Scripted(script)), BuiltinMind())
    context = build_parts(RunSettings(trace=False, judge=True), mind=mind)
    extra, (failure,) = await judged(context, brief, candidates(2))
    assert (failure.node, failure.status) == ("scoring", "blocked")
    assert all(
        "judge" not in c.scores for c in scored(context, brief, candidates(2), extra).candidates
    )


async def test_the_builtin_photographer_has_no_judge(brief: Brief) -> None:
    parts = build_parts(RunSettings(trace=False, judge=True))
    assert await judged(parts, brief, candidates(2)) == ((), ())


def test_a_verdict_has_exactly_as_many_scores() -> None:
    schema = verdict_on(3)
    assert np.sum(schema.model_validate({"scores": [1, 2, 3]}).model_dump()["scores"]) == 6
    for wrong in ([1, 2], [1, 2, 11]):
        with pytest.raises(ValueError):
            schema.model_validate({"scores": wrong})
