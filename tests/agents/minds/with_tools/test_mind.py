"""The model calls the tools itself: results come back, bounds hold, the trace has it all."""

from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Boxes,
    Called,
    Picture,
    Status,
    ToolCall,
    ToolOutcome,
)
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.minds.with_tools.hands import HANDS
from cropsmith.agents.minds.with_tools.loop import CALLS
from cropsmith.agents.minds.with_tools.mind import TURNS, WithTools
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.replay.replay import replay
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.record import OpenStep, current_step
from cropsmith.errors import Misconfigured, UsageError
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent, Target
from tests.agents.conftest import player

BOX = {"x1": 0.1, "y1": 0.1, "x2": 0.7, "y2": 0.9}
IDEA = {"element": "center", "reason": "It is calm.", "box": BOX}
ANSWER = {"crops": [IDEA], "keep": False}


def call(name: str, number: int = 1, **arguments: Any) -> ToolCall:
    """A call as a backend hands it over: arguments read and boxes converted."""
    value = HANDS[name].arguments.model_validate(arguments)
    return ToolCall(id=f"c{number}", name=name, arguments=value.model_dump_json(), value=value)


def calls(*made: ToolCall) -> ScriptedAnswer:
    return ScriptedAnswer(purpose="propose with tools", tool_calls=made)


@pytest.fixture
def brief(photos: Path) -> Brief:
    target = Target(ratio=Ratio.parse("4:5"))
    return Brief(
        view=View(open_photo(photos / "astronaut.jpg")),
        intent=Intent(task="ratio", targets=(target,), keep=False),
        target=target,
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )


@pytest.fixture
def step() -> Any:
    """The step that calls made now belong to."""
    opened = OpenStep(node="proposal")
    token = current_step.set(opened)
    yield opened
    current_step.reset(token)


def mind_of(play: Any, context: Parts | None = None, **settings: Any) -> tuple[WithTools, Scripted]:
    backend = Scripted(play)
    context = context or build_parts(RunSettings(trace=False))
    return WithTools(Argued(Asker(backend), BuiltinMind()), context.bench, **settings), backend


async def test_every_tool_can_be_called_and_answers(brief: Brief, step: OpenStep) -> None:
    mind, backend = mind_of(
        [
            calls(
                call("ground", 1, phrase="the woman"),
                call("score_boxes", 2, boxes=[BOX, {**BOX, "x2": 1.0}]),
                call("show_crop", 3, box=BOX),
                call("measure_composition", 4, box=BOX),
            ),
            calls(call("solve_constraints", 1, box=BOX), call("retrieve_examples", 2, count=3)),
            ScriptedAnswer(purpose="propose with tools"),
            ScriptedAnswer(purpose="propose", value=ANSWER),
        ]
    )
    (candidate,) = await mind.propose(brief)
    assert candidate.box.corners == (0.1, 0.1, 0.7, 0.9)
    assert [record.name for record in step.tools] == [
        "ground", "score_boxes", "show_crop", "measure_composition",
        "solve_constraints", "retrieve_examples",
    ]  # fmt: skip
    assert all(r.by == "scripted/script" and r.seconds > 0 for r in step.tools)
    results: list[Any] = [record.result for record in step.tools]
    assert "nanodet" in results[0]["text"]
    assert "total 0." in results[1]["text"] and "preference" in results[1]["text"]
    assert results[2]["shown"] == [0.1, 0.1, 0.7, 0.9]
    assert results[3]["text"].startswith("Composition elements")
    (solved,) = results[4]["boxes"]
    width, height = (solved[2] - solved[0]) * 384, (solved[3] - solved[1]) * 512
    assert round(width) * 5 == pytest.approx(round(height) * 4, abs=4)
    assert "No index" in results[5]["text"]
    final = backend.asked[-1]
    assert final.tools == () and final.tool_choice is None


async def test_results_go_back_as_outcomes_boxes_and_pictures(brief: Brief, step: OpenStep) -> None:
    mind, backend = mind_of(
        [
            calls(call("show_crop", 1, box=BOX), call("solve_constraints", 2, box=BOX)),
            ScriptedAnswer(purpose="propose with tools"),
            ScriptedAnswer(purpose="propose", value=ANSWER),
        ]
    )
    await mind.propose(brief)
    second = backend.asked[1].messages
    assert [m.role for m in second[-2:]] == ["assistant", "user"]
    (repeated,) = second[-2].parts
    assert isinstance(repeated, Called) and [c.id for c in repeated.calls] == ["c1", "c2"]
    kinds = [type(part) for part in second[-1].parts]
    assert kinds == [ToolOutcome, ToolOutcome, str, Picture, str, Boxes]


async def test_unusable_arguments_are_told_to_the_model(brief: Brief, step: OpenStep) -> None:
    bad = ToolCall(id="c1", name="show_crop", arguments="{", problem="that is not JSON")
    mind, backend = mind_of(
        [
            calls(bad),
            ScriptedAnswer(purpose="propose with tools"),
            ScriptedAnswer(purpose="propose", value=ANSWER),
        ]
    )
    await mind.propose(brief)
    outcome = backend.asked[1].messages[-1].parts[0]
    assert isinstance(outcome, ToolOutcome) and "that is not JSON" in outcome.text
    (record,) = step.tools
    assert record.error == "that is not JSON" and record.arguments == "{"


async def test_turns_and_calls_are_bounded(brief: Brief, step: OpenStep) -> None:
    def play(ask: Ask) -> Any:
        if ask.tools:
            return calls(*(call("measure_composition", n, box=BOX) for n in range(CALLS + 3)))
        return ANSWER

    mind, backend = mind_of(play)
    await mind.propose(brief)
    assert len(backend.asked) == TURNS + 1
    assert len(step.tools) == TURNS * CALLS
    refused = backend.asked[1].messages[-1].parts[CALLS]
    assert isinstance(refused, ToolOutcome) and "At most" in refused.text


async def test_cost_is_bounded(brief: Brief, step: OpenStep) -> None:
    class Dear(Scripted):
        async def ask(self, ask: Ask) -> Any:
            return (await super().ask(ask)).model_copy(update={"cost": 0.04})

    def play(ask: Ask) -> Any:
        return calls(call("measure_composition", 1, box=BOX)) if ask.tools else ANSWER

    backend = Dear(play)
    context = build_parts(RunSettings(trace=False))
    mind = WithTools(Argued(Asker(backend), BuiltinMind()), context.bench, max_cost=0.1)
    await mind.propose(brief)
    assert [bool(ask.tools) for ask in backend.asked] == [True, True, False]
    assert "share of the cost limit" in step.notes[0]


async def test_a_server_without_tools_takes_the_fixed_path(brief: Brief, step: OpenStep) -> None:
    def play(ask: Ask) -> Any:
        if ask.tools:
            raise Misconfigured("tool choice requires --enable-auto-tool-choice")
        return ANSWER

    mind, backend = mind_of(play)
    assert len(await mind.propose(brief)) == 1
    assert "takes no tools" in step.notes[0]
    await mind.propose(brief)
    assert sum(bool(ask.tools) for ask in backend.asked) == 1, "it is not tried again"


async def test_a_failed_turn_ends_the_inquiry_not_the_question(
    brief: Brief, step: OpenStep
) -> None:
    mind, _ = mind_of(
        [
            ScriptedAnswer(purpose="propose with tools", status=Status.TRUNCATED, reason="long"),
            ScriptedAnswer(purpose="propose", value=ANSWER),
        ]
    )
    assert len(await mind.propose(brief)) == 1
    assert "truncated" in step.notes[0]


async def test_a_failed_answer_is_a_failure(brief: Brief) -> None:
    mind, _ = mind_of(
        [
            ScriptedAnswer(purpose="propose with tools"),
            ScriptedAnswer(purpose="propose", status=Status.REFUSED, reason="No."),
        ]
    )
    with pytest.raises(MindFailed, match="No"):
        await mind.propose(brief)


async def test_an_opening_is_forced_by_name(brief: Brief) -> None:
    mind, backend = mind_of(
        [
            calls(call("measure_composition", 1, box=BOX)),
            ScriptedAnswer(purpose="propose with tools"),
            ScriptedAnswer(purpose="propose", value=ANSWER),
        ],
        openings=["measure_composition"],
    )
    await mind.propose(brief)
    assert [ask.tool_choice for ask in backend.asked] == ["measure_composition", "auto", None]


async def test_the_decision_has_hands_too_and_both_orders(brief: Brief, step: OpenStep) -> None:
    leaders = [
        Candidate(
            id=name,
            target=0,
            box=Box.of((0.1 * n, 0.1, 0.6 + 0.1 * n, 0.9)),
            provenance=Provenance(source="grid"),
            total=0.5,
        )
        for n, name in enumerate("pqr")
    ]
    choice = {"comparison": "x", "ranking": ["A", "B", "C"], "choice": "A", "reasons": ["r"]}
    mind, backend = mind_of(
        [
            ScriptedAnswer(
                purpose="decide with tools", tool_calls=(call("show_crop", 1, box=BOX),)
            ),
            ScriptedAnswer(purpose="decide with tools"),
            ScriptedAnswer(purpose="decide", value=choice, repeat=True),
        ]
    )
    decision = await mind.decide(brief, leaders)
    assert len(step.tools) == 1
    assert sum(ask.purpose == "decide" for ask in backend.asked) == 2
    assert set(decision.ranking) == {"p", "q", "r"}


def test_the_setting_chooses() -> None:
    backend = Scripted([])
    agentic = RunSettings(trace=False, agentic=True)
    assert isinstance(build_parts(agentic, backend=backend).mind, WithTools)
    fixed = build_parts(RunSettings(trace=False), backend=backend).mind
    assert isinstance(fixed, Argued)


async def test_a_run_with_tools_replays_from_its_trace(photos: Path, home: Path) -> None:
    def play(ask: Ask) -> Any:
        if ask.purpose == "propose with tools" and not step_has_tools():
            return calls(call("show_crop", 1, box=BOX), call("score_boxes", 2, boxes=[BOX]))
        if ask.tools:
            return ScriptedAnswer()
        return {
            "propose": ANSWER,
            "decide": {"comparison": "x", "ranking": ["A"], "choice": "A", "reasons": ["r"]},
            "analyse": {
                "scene": "s", "subjects": [], "elements": [], "lines": [], "distractions": [],
                "focal_point": {"x": 0.5, "y": 0.5}, "remark": "",
            },
        }[ask.purpose]  # fmt: skip

    def step_has_tools() -> bool:
        step = current_step.get()
        return step is not None and bool(step.tools)

    context = build_parts(RunSettings(agentic=True), backend=Scripted(play))
    result = await run(photos / "motorcycle_left.jpg", CropRequest(), context)
    assert result.trace_id is not None
    library = TraceLibrary()
    trace = library.read(result.trace_id)
    again = await replay(trace, library)
    assert again.identical
    told = [[t for s in each.steps for t in s.tools] for each in (trace, again.trace)]
    assert [t.name for t in told[0]] == ["show_crop", "score_boxes"]
    assert [(t.arguments, t.result, t.error) for t in told[0]] == [
        (t.arguments, t.result, t.error) for t in told[1]
    ]


async def test_the_way_within_reads_analyses_and_locates(brief: Brief) -> None:
    read = {
        "subjects": ["woman"], "avoid": [], "tightness": "normal", "copy_space": "none",
        "unclear": [], "read_back": "The woman.",
    }  # fmt: skip
    seen = {
        "scene": "A portrait.", "subjects": [], "elements": [], "lines": [], "distractions": [],
        "focal_point": {"x": 0.5, "y": 0.5}, "remark": "",
    }  # fmt: skip
    mind, backend = mind_of(
        [
            ScriptedAnswer(purpose="understand", value=read),
            ScriptedAnswer(purpose="analyse", value=seen),
            ScriptedAnswer(purpose="locate", value={"things": [{"number": 1, "box": BOX}]}),
        ]
    )
    intent = await mind.understand(brief.view, CropRequest(text="the lady"))
    assert intent.read_back == "The woman."
    assert (await mind.analyse(brief.view, intent)).scene == "A portrait."
    (found,) = await mind.locate(brief.view, intent)
    assert found.box.corners == (0.1, 0.1, 0.7, 0.9)
    assert mind.name == mind.asker.name == "scripted/script"
    assert not any(ask.tools for ask in backend.asked)


async def test_the_offer_says_how_many_turns(brief: Brief) -> None:
    asked: tuple[tuple[dict[str, Any], int], ...] = (({}, 5), ({"turns": 2}, 2))
    for settings, turns in asked:
        mind, backend = mind_of(lambda ask: ScriptedAnswer() if ask.tools else ANSWER, **settings)
        await mind.propose(brief)
        offer, answer = (ask.messages[-1].parts[-1] for ask in backend.asked)
        assert f"in at most {turns} turns" in str(offer)
        assert "may use tools" not in str(answer)


def finalists() -> list[Candidate]:
    boxes = ((0.1, 0.1, 0.6, 0.9), (0.3, 0.1, 0.9, 0.9))
    return [
        Candidate(
            id=name, target=0, box=Box.of(box), provenance=Provenance(source="grid"), total=0.5
        )
        for name, box in zip("pq", boxes, strict=True)
    ]


def choosing(letter: str) -> dict[str, Any]:
    return {"comparison": "", "ranking": [letter], "choice": letter, "reasons": ["calm"]}


async def test_one_order_that_fails_leaves_the_other(brief: Brief, step: OpenStep) -> None:
    mind, _ = mind_of(
        [
            ScriptedAnswer(purpose="decide with tools"),
            ScriptedAnswer(purpose="decide", status=Status.REFUSED, reason="No."),
            ScriptedAnswer(purpose="decide", value=choosing("A")),
        ]
    )
    # The second order begins with the last: its A is q.
    assert (await mind.decide(brief, finalists())).chosen == "q"
    assert any("one order only" in note for note in step.notes)


async def test_a_decision_that_fails_in_both_orders_says_why_the_last_did(brief: Brief) -> None:
    mind, _ = mind_of(
        [
            ScriptedAnswer(purpose="decide with tools"),
            ScriptedAnswer(purpose="decide", status=Status.REFUSED, reason="First."),
            ScriptedAnswer(purpose="decide", status=Status.BLOCKED, reason="Second."),
        ]
    )
    with pytest.raises(MindFailed, match="Second") as caught:
        await mind.decide(brief, finalists())
    assert (caught.value.status, caught.value.source) == ("blocked", "scripted/script")


async def test_a_decision_without_a_question_needs_no_tools(brief: Brief) -> None:
    mind, backend = mind_of([])
    assert (await mind.decide(brief, finalists()[:1])).chosen == "p"
    assert backend.asked == []


async def test_a_server_without_tools_decides_on_the_fixed_path(
    brief: Brief, step: OpenStep
) -> None:
    def play(ask: Ask) -> Any:
        if ask.tools:
            raise Misconfigured("no tools here")
        return choosing("A")

    mind, backend = mind_of(play)
    for _ in range(2):
        assert (await mind.decide(brief, finalists())).chosen == "p"
    assert [bool(ask.tools) for ask in backend.asked] == [True] + [False] * 4


async def test_a_model_that_takes_no_tools_is_told_and_an_error_under_strict(photos: Path) -> None:
    def play(ask: Ask) -> Any:
        if ask.tools:
            raise Misconfigured("tools are not supported")
        return player(1, failures=0.0)(ask)

    settings = RunSettings(agentic=True, trace=False)
    parts = build_parts(settings, backend=Scripted(play))
    result = await run(photos / "astronaut.jpg", CropRequest(), parts)
    assert any("takes no tools" in note for note in result.notes)
    strict = build_parts(settings.but(strict=True), backend=Scripted(play))
    with pytest.raises(UsageError, match="takes no tools"):
        await run(photos / "astronaut.jpg", CropRequest(), strict)
