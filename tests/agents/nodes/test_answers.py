"""Several answers: different roles first, and none much like another."""

from itertools import combinations

import pytest
from skimage import data

from cropsmith.agents.nodes.answers import apart, different
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target

FACE = Box(x1=0.34, y1=0.12, x2=0.53, y2=0.36)


def candidate(name: str, box: Box, role: str) -> Candidate:
    return Candidate(id=name, target=0, box=box, provenance=Provenance(source="g"), role=role)


def test_another_role_comes_before_a_better_one_of_the_same() -> None:
    first = candidate("a", Box(x1=0, y1=0, x2=0.9, y2=0.9), "establishing")
    wide = candidate("b", Box(x1=0.3, y1=0.3, x2=1, y2=1), "establishing")
    close = candidate("c", Box(x1=0.5, y1=0.5, x2=0.8, y2=0.8), "close-up")
    assert [c.id for c in different(first, [wide, close], 2)] == ["c", "b"]


def test_what_is_much_like_an_answer_is_none() -> None:
    first = candidate("a", Box(x1=0, y1=0, x2=0.9, y2=0.9), "medium")
    same = candidate("b", Box(x1=0, y1=0, x2=0.88, y2=0.9), "close-up")
    assert different(first, [same], 2) == ()


def test_what_can_be_no_answer_is_left_out_beforehand() -> None:
    first = candidate("a", Box(x1=0, y1=0, x2=0.9, y2=0.9), "medium")
    same = candidate("b", Box(x1=0, y1=0, x2=0.88, y2=0.9), "close-up")
    other = candidate("c", Box(x1=0.2, y1=0, x2=1, y2=0.9), "establishing")
    assert apart(first, [same, other]) == [other]
    assert different(first, [same, other], 2) == different(first, apart(first, [same, other]), 2)


@pytest.mark.parametrize("ratio", [None, Ratio(width=1, height=1)])
async def test_three_answers_differ_and_say_how(ratio: Ratio | None) -> None:
    request = CropRequest(targets=(Target(ratio=ratio),), subject_box=FACE, alternatives=3)
    parts = build_parts(RunSettings.checked({"trace": False}))
    (crop,) = (await run(data.astronaut(), request, parts)).crops
    others = crop.alternatives[:2]
    answers = [crop.box, *(c.box for c in others)]
    assert len(answers) == 3
    assert all(a.iou(b) <= 0.75 for a, b in combinations(answers, 2))
    assert len({crop.role, *(c.role for c in others)}) == 3
    assert all(c.reason and c.legal and c.box.contains(FACE) for c in others)


async def test_the_first_answer_has_a_role_too() -> None:
    parts = build_parts(RunSettings.checked({"trace": False}))
    result = await run(data.coffee(), CropRequest(), parts)
    assert result.crops[0].role


async def test_fewer_answers_than_asked_are_told() -> None:
    def asked(count: int) -> CropRequest:
        return CropRequest(text="1:1, the person", alternatives=count)

    parts = build_parts(RunSettings(trace=False))
    few = await run(data.astronaut(), asked(12), parts)
    answers = 1 + len(few.alternatives)
    assert answers < 12 and any("instead of 12: no other" in note for note in few.notes)
    one = await run(data.astronaut(), asked(1), parts)
    assert not any("instead of" in note for note in one.notes)
