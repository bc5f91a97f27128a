"""Which sources run, and that a box which several propose keeps all of them."""

from collections.abc import Sequence
from typing import Any

import pytest
from skimage import data

from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.agents.sources import gather as table
from cropsmith.agents.sources.gather import gather
from cropsmith.agents.sources.source import draft
from cropsmith.agents.trace.record import MemoryTrace
from cropsmith.errors import CropsmithError
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Example, ExpertCrop, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent, Phrase, Target

PHOTO = data.astronaut()
SUBJECT = Box(x1=0.4, y1=0.2, x2=0.5, y2=0.4)
CROP = Box(x1=0.1, y1=0.1, x2=0.6, y2=0.725)
ALL = ["original", "grounded", "retrieved", "test/mind", "builtin"]


class Proposer(BuiltinMind):
    """Proposes what it is told to."""

    name = "test/mind"

    def __init__(self, *boxes: Box) -> None:
        super().__init__()
        self.boxes = boxes

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        return [draft(brief, box, self.name) for box in self.boxes]


class Broken:
    """A source that cannot do its work."""

    name = "broken"

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        raise CropsmithError("its weights are gone")


def parts_of(mind: BuiltinMind | None = None, **settings: Any) -> Parts:
    chosen = RunSettings.checked({"trace": False, **settings})
    return build_parts(chosen, mind=mind) if mind else build_parts(chosen)


def brief(shape: Ratio | None = None, round: int = 0) -> Brief:
    target = Target(ratio=shape)
    crop = ExpertCrop(box=CROP)
    example = Example(
        source="a.jpg", sha256="0" * 64, width=9, height=9, crops=(crop,), similarity=0.9
    )
    return Brief(
        view=View(open_photo(PHOTO)),
        intent=Intent(task="free", targets=(target,), subjects=(Phrase(text="face", head="face"),)),
        target=target,
        target_index=0,
        analysis=None,
        grounding=Grounding(
            found=(Evidence(kind=EvidenceKind.SUBJECT, box=SUBJECT, source="t", phrase="face"),)
        ),
        evidence=(),
        examples=(example,),
        round=round,
    )


async def names(parts: Parts, of: Brief) -> list[str]:
    found = await gather(parts, of)
    assert not found.failures
    return list(dict.fromkeys(made.provenance.source for made in found.drafts))


@pytest.mark.parametrize(
    ("settings", "boxes", "round", "expected"),
    [
        ({}, [CROP], 0, ALL),
        ({"solo": True}, [CROP], 0, ["original", "test/mind"]),
        ({"recipe": "cropper"}, [CROP], 0, ["test/mind"]),
        ({"recipe": "cropper"}, [], 0, [name for name in ALL if name != "test/mind"]),
        ({"recipe": "cropper", "solo": True}, [CROP], 0, ["original", "test/mind"]),
        ({}, [CROP], 1, ["test/mind"]),
    ],
    ids=["usual", "solo", "alone", "alone without an answer", "alone and solo", "a later round"],
)
async def test_which_sources_run(
    settings: dict[str, Any], boxes: list[Box], round: int, expected: list[str]
) -> None:
    assert await names(parts_of(Proposer(*boxes), **settings), brief(round=round)) == expected


async def test_the_built_in_photographer_searches_once() -> None:
    found = await names(parts_of(), brief())
    assert found == ["original", "grounded", "retrieved", "builtin"]


async def test_the_frame_is_called_the_centre_where_another_shape_is_asked() -> None:
    assert (await names(parts_of(), brief(Ratio(width=4, height=5))))[0] == "centre"
    assert (await names(parts_of(), brief(Ratio(width=1, height=1))))[0] == "original"


async def test_crops_about_a_subject_hold_it_and_go_from_tight_to_wide() -> None:
    for shape in (None, Ratio(width=16, height=9)):
        found = await gather(parts_of(), brief(shape))
        boxes = [made.box for made in found.drafts if made.provenance.source == "grounded"]
        assert all(box.contains(SUBJECT) for box in boxes)
        areas = [round(box.area, 9) for box in boxes]
        assert areas == sorted(areas) and areas[-1] > 4 * areas[0]
        assert max(SUBJECT.width / boxes[0].width, SUBJECT.height / boxes[0].height) > 0.8


async def test_one_more_source_is_one_more_row(monkeypatch: pytest.MonkeyPatch) -> None:
    class Golden:
        name = "golden"

        async def propose(self, brief: Brief) -> Sequence[Candidate]:
            return [draft(brief, CROP, self.name)]

    monkeypatch.setattr(table, "SOURCES", (*table.SOURCES, Golden()))
    trace = MemoryTrace()
    await run(PHOTO, CropRequest(), parts_of(Proposer(CROP)).but(recorder=trace))
    proposed = next(step for step in trace.steps if step.node == "proposal")
    (both,) = [c for c in proposed.outputs["candidates"] if c.proposed_by("golden")]
    assert both.sources == ("golden", "test/mind")


async def test_a_source_that_fails_is_told_of_and_the_others_remain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "SOURCES", (*table.SOURCES, Broken()))
    found = await gather(parts_of(Proposer(CROP)), brief())
    (failure,) = found.failures
    assert (failure.source, failure.status) == ("broken", "error")
    assert "weights are gone" in failure.message
    assert {made.provenance.source for made in found.drafts} == set(ALL)
    with pytest.raises(CropsmithError, match="weights are gone"):
        await gather(parts_of(Proposer(CROP), strict=True), brief())


async def cropped(parts: Parts, request: CropRequest) -> CropResult:
    return await run(PHOTO, request, parts.but(recorder=MemoryTrace()))


def quick(*boxes: Box, keep: bool = False) -> Parts:
    crops = [
        {"element": "symmetric", "reason": f"reason {n}", "box": b} for n, b in enumerate(boxes)
    ]
    answer = {"thoughts": "", "crops": crops, "keep": keep}
    settings = RunSettings(effort="quick", solo=True, trace=False)
    return build_parts(settings, backend=Scripted(lambda ask: answer))


async def test_a_model_that_answers_the_whole_frame_has_answered() -> None:
    result = await cropped(quick(Box.whole()), CropRequest())
    assert not result.failures
    assert result.kept
    assert result.crops[0].sources == ("original", "scripted/script")
    assert result.reasons == ("reason 0",)


async def test_a_model_that_answers_the_centre_has_answered() -> None:
    shape = Ratio(width=1, height=2)
    centre = Box(x1=0.25, y1=0, x2=0.75, y2=1)
    request = CropRequest(targets=(Target(ratio=shape),))
    result = await cropped(quick(centre), request)
    assert not result.failures
    assert result.box == centre
    assert result.crops[0].sources == ("centre", "scripted/script")


async def test_a_models_first_crop_stays_its_first_beside_a_frame_it_named_second() -> None:
    result = await cropped(quick(CROP, Box.whole()), CropRequest())
    assert result.crops[0].sources == ("scripted/script",)
    assert result.reasons == ("reason 0",)
