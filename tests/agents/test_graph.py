import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from PIL import Image
from skimage import data

from cropsmith.agents.graph import build_graph
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.parts.parts import Parts, RunContext, build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.errors import UsageError
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent, NeverCut, Target
from cropsmith.tools.schema.result import CropReport, Decision, Verdict

PHOTO = data.astronaut()
FOUR_FIVE = CropRequest(targets=(Target(name="4:5", ratio=Ratio(width=4, height=5)),))


class Unwell:
    """A mind whose chosen answers fail, each with its own status."""

    name = "test/unwell"

    def __init__(self, *sick: str) -> None:
        self.inner, self.sick = BuiltinMind(), sick

    def check(self, question: str, status: str) -> None:
        if question in self.sick:
            raise MindFailed(f"could not {question}", status=status, source=self.name)

    async def understand(self, view: View, request: CropRequest) -> Intent:
        self.check("understand", "refused")
        return await self.inner.understand(view, request)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        self.check("analyse", "truncated")
        return await self.inner.analyse(view, intent)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        self.check("propose", "invalid")
        box = Box(x1=0.1, y1=0.1, x2=0.6, y2=0.725)
        where = Provenance(source=self.name, round=brief.round)
        return [Candidate(id="", target=brief.target_index, box=box, provenance=where)]

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        self.check("decide", "blocked")
        own = [c.id for c in leaders if c.provenance.source == self.name]
        rest = [c.id for c in leaders if c.id not in own]
        first, *others = [*own, *rest]
        return Decision(
            target=brief.target_index,
            chosen=first,
            verdict=Verdict.CROP,
            reasons=("I like it.",),
            source=self.name,
            ranking=(first, *others),
        )


def context(mind: Unwell | None = None, **settings: object) -> Parts:
    chosen = RunSettings.checked({"trace": False, **settings})
    if mind is None:
        return build_parts(chosen, recorder=MemoryTrace())
    return build_parts(chosen, recorder=MemoryTrace(), mind=mind)


async def test_the_same_request_gets_the_same_answer() -> None:
    first = await run(PHOTO, FOUR_FIVE, context())
    second = await run(PHOTO, FOUR_FIVE, context())
    drop = {"trace_id"}
    assert first.report.model_dump(exclude=drop) == second.report.model_dump(exclude=drop)
    assert first.box == first.crops[0].pixels.normalised(first.report.image)


async def test_every_node_runs_once_and_evidence_side_by_side() -> None:
    settings = context()
    await run(PHOTO, FOUR_FIVE, settings)
    trace = settings.recorder
    assert isinstance(trace, MemoryTrace)
    nodes = [step.node for step in trace.steps]
    assert sorted(nodes[1:4]) == ["analysis", "grounding", "retrieval"]
    assert [nodes[0], *nodes[4:]] == ["intent", "proposal", "scoring", "decision", "render"]
    assert trace.status == "ok"


@pytest.mark.parametrize(
    ("sick", "node", "status"),
    [
        ("understand", "intent", "refused"),
        ("analyse", "analysis", "truncated"),
        ("propose", "proposal", "invalid"),
        ("decide", "decision", "blocked"),
    ],
)
async def test_a_failed_answer_is_recorded_and_the_run_ends_with_a_crop(
    sick: str, node: str, status: str
) -> None:
    settings = context(Unwell(sick))
    result = await run(PHOTO, FOUR_FIVE, settings)
    (failure,) = result.failures
    assert (failure.node, failure.status, failure.source) == (node, status, "test/unwell")
    assert result.crops[0].pixels.size.width * 5 == result.crops[0].pixels.size.height * 4


async def test_strict_makes_a_failed_answer_an_error() -> None:
    settings = context(Unwell("propose"), strict=True)
    with pytest.raises(MindFailed, match="could not propose"):
        await run(PHOTO, FOUR_FIVE, settings)


async def test_a_minds_candidates_carry_its_name_and_compete_with_the_others() -> None:
    settings = context(Unwell())
    trace = settings.recorder
    await run(PHOTO, FOUR_FIVE, settings)
    assert isinstance(trace, MemoryTrace)
    scored = next(step for step in trace.steps if step.node == "scoring").outputs["candidates"]
    assert {"test/unwell", "builtin"} <= {c.provenance.source for c in scored}
    assert all(c.total is not None for c in scored)


async def test_constraints_hold_in_the_final_pixels() -> None:
    face = Box(x1=0.34, y1=0.12, x2=0.53, y2=0.36)  # of the astronaut
    request = CropRequest(
        targets=(Target(ratio=Ratio(width=1, height=1)),),
        subject_box=face,
        keep_out=(Box(x1=0.8, y1=0.0, x2=1.0, y2=1.0),),
        never_cut=(NeverCut.FACES,),
    )
    result = await run(PHOTO, request, context())
    assert result.box.contains(face)
    assert result.box.x2 <= 0.8
    assert all(check.ok for c in result.alternatives for check in c.checks)


async def test_what_cannot_hold_together_is_said_with_a_way_out() -> None:
    request = CropRequest(
        subject_box=Box(x1=0.2, y1=0.2, x2=0.8, y2=0.8),
        keep_out=(Box(x1=0.4, y1=0.4, x2=0.6, y2=0.6),),
    )
    result = await run(PHOTO, request, context())
    assert result.verdict is Verdict.REJECT and not result.kept
    assert result.reasons[0].startswith("No crop of this photo has")
    assert "It works" in result.reasons[1]
    # The nearest thing holds what can be held: the zone is firmer than the subject.
    left, top, right, bottom = result.pixels
    assert right <= 0.4 * 512 or left >= 0.6 * 512 or bottom <= 0.4 * 512 or top >= 0.6 * 512
    assert CropReport.model_validate_json(result.report.model_dump_json()) == result.report


async def test_a_rejection_stands_for_every_mind() -> None:
    request = CropRequest(min_size=Size(width=4000, height=4000))
    for mind in (context(), context(Unwell())):
        result = await run(PHOTO, request, mind)
        assert result.verdict is Verdict.REJECT and result.pixels == (0, 0, 512, 512)


async def test_contradictory_words_are_a_usage_error() -> None:
    with pytest.raises(UsageError):
        await run(PHOTO, CropRequest(text="leave it exactly as it is, cropped to 4:5"), context())


async def test_asked_to_keep_it_keeps() -> None:
    result = await run(PHOTO, CropRequest(keep=True), context())
    assert result.kept
    assert result.pixels == (0, 0, 512, 512)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 2), (4000, 9)])
async def test_odd_photos_end_in_a_crop(size: tuple[int, int]) -> None:
    width, height = size
    photo = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    result = await run(photo, CropRequest(), context())
    left, top, right, bottom = result.pixels
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


async def test_a_checkpoint_stays_small_however_large_the_photo(tmp_path: Path) -> None:
    photo = tmp_path / "large.jpg"
    Image.fromarray(PHOTO).resize((4000, 4000)).save(photo)
    file = tmp_path / "state.sqlite"
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        graph = build_graph(saver)
        await graph.ainvoke(
            {"photo": str(photo), "request": FOUR_FIVE},
            {"configurable": {"thread_id": "one"}},
            context=RunContext.around(context()),
            durability="exit",
        )
        state = await graph.aget_state({"configurable": {"thread_id": "one"}})
    assert state.values["report"].crops
    assert file.stat().st_size < 100_000


async def test_runs_side_by_side_do_not_mix() -> None:
    requests = [
        CropRequest(targets=(Target(ratio=Ratio(width=w, height=h)),))
        for w, h in ((1, 1), (4, 5), (16, 9), (9, 16))
    ]
    results = await asyncio.gather(*(run(PHOTO, r, context()) for r in requests))
    for request, result in zip(requests, results, strict=True):
        assert result.crops[0].target.ratio == request.targets[0].ratio


async def test_preference_stands_beside_a_models_choice() -> None:
    settings = context(Unwell())
    aligned = await run(PHOTO, CropRequest(), settings)
    assert aligned.confidence is not None
    assert aligned.crops[0].source == "builtin"
    assert "outweigh the first choice of test/unwell" in aligned.reasons[0]
    alone = context(Unwell(), solo=True)
    by_itself = await run(PHOTO, CropRequest(), alone)
    assert by_itself.crops[0].source == "test/unwell"
    assert by_itself.reasons == ("I like it.",)


async def test_a_persons_taste_moves_the_crop_their_way() -> None:
    from cropsmith.tools.photographer.taste import TRAITS

    def weights(value: float) -> tuple[float, ...]:
        return tuple(value if trait == "tight" else 0.0 for trait in TRAITS)

    tight = await run(PHOTO, FOUR_FIVE, context(taste=weights(3.0)))
    wide = await run(PHOTO, FOUR_FIVE, context(taste=weights(-3.0)))
    assert tight.box.area < wide.box.area


async def test_taste_is_named_where_it_moved_the_crop() -> None:
    from cropsmith.tools.photographer.taste import TRAITS

    def told(strength: float, trait: str) -> tuple[float, ...]:
        return (*(strength if one == trait else 0.0 for one in TRAITS), 14.0)

    tight = await run(PHOTO, FOUR_FIVE, context(taste=told(3.0, "tight")))
    assert tight.reasons[0].endswith(" because of your 14 choices.")
    plain = await run(PHOTO, FOUR_FIVE, context(taste=()))
    hardly = await run(PHOTO, FOUR_FIVE, context(taste=told(1e-6, "tight")))
    assert hardly.box == plain.box and hardly.reasons == plain.reasons


async def test_several_shapes_of_one_photo_go_together() -> None:
    shapes = tuple(Target(ratio=Ratio(width=w, height=h)) for w, h in ((1, 1), (4, 5), (16, 9)))
    result = await run(PHOTO, CropRequest(targets=shapes), context())
    boxes = [crop.box for crop in result.crops]
    smallest = min(boxes, key=lambda box: box.area)
    assert all(box.overlap(smallest) > 0.7 * smallest.area for box in boxes)
    assert [crop.target for crop in result.crops] == list(shapes)
