"""Drafts of the asked framing, and the rules that go with them, on a real photo."""

from pathlib import Path

import pytest

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.proposal import rules_for, solved
from cropsmith.agents.sources.framed import Framed
from cropsmith.errors import Infeasible
from cropsmith.tools.framing.heads import head_of
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Down, Intent, PassportRule, Placement, Shot, Target

FACE = Evidence(
    kind=EvidenceKind.FACE, box=Box(x1=0.3, y1=0.13, x2=0.54, y2=0.34), source="yunet",
    confidence=0.9,
)  # fmt: skip
"""Hers, on the upright photo that the tests make of the astronaut."""


def brief(photo: Path, shape: str | None, *evidence: Evidence, **wishes: object) -> Brief:
    view = View(open_photo(photo))
    target = Target(ratio=Ratio.parse(shape)) if shape else Target()
    return Brief(
        view=view,
        intent=Intent.model_validate({"task": "free", "targets": (target,), **wishes}),
        target=target,
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=evidence,
    )


async def test_nothing_is_drafted_for_a_plain_request(photos: Path) -> None:
    assert await Framed().propose(brief(photos / "astronaut.jpg", "1:1", FACE)) == []


@pytest.mark.parametrize("shape", ["1:1", "4:5", None])
async def test_her_headshot_is_half_head_wherever_a_draft_began(
    photos: Path, shape: str | None
) -> None:
    one = brief(photos / "astronaut.jpg", shape, FACE, shot=Shot.HEADSHOT)
    drafts = [*await Framed().propose(one)]
    assert [draft.provenance.source for draft in drafts] == ["framed"]
    whole = drafts[0].model_copy(update={"box": Box.whole()})
    corner = drafts[0].model_copy(update={"box": Box(x1=0.5, y1=0.5, x2=1, y2=1)})
    rules = rules_for(one)
    candidates = solved(one, [*drafts, whole, corner], rules.constraints)
    size = one.view.size
    head = head_of(FACE.box, size)
    assert rules.notes == ()
    for candidate in candidates:
        assert candidate.legal and candidate.box.contains(head.box(size), tolerance=0.01)
        assert 0.42 < head.height / (candidate.box.height * size.height) < 0.62


async def test_a_passport_photo_that_cannot_be_ends_with_the_reason(photos: Path) -> None:
    rule = PassportRule(
        country="Freedonia", least_head=0.7, most_head=0.8, lowest_eyes=0.5, highest_eyes=0.7
    )
    cup = brief(photos / "coffee.jpg", "7:9", shot=Shot.PASSPORT, passport=rule)
    with pytest.raises(Infeasible, match="no face was found"):
        rules_for(cup)


async def test_more_sky_without_a_horizon_is_told(photos: Path) -> None:
    low = Placement(horizon=Down.LOWER_THIRD)
    one = brief(photos / "retina.jpg", "1:1", placement=low)
    assert rules_for(one).notes == (
        "No horizon could be made out in this photo, so none was placed.",
    )
