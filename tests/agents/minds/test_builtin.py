"""The built-in photographer on real photos: what it reads, measures, proposes and decides."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.errors import UsageError
from cropsmith.tools.explain.reasons import KEPT
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.elements import elements
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Element, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent, Target

FREE = Intent(task="free", targets=(Target(),))


@pytest.fixture(scope="module")
def view(photos: Path) -> View:
    return View(open_photo(photos / "rocket.jpg"))


def brief(view: View, target: Target | None = None, index: int = 0, round: int = 0) -> Brief:
    return Brief(
        view=view,
        intent=FREE,
        target=target or Target(),
        target_index=index,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
        round=round,
    )


def sure(confidence: float) -> BuiltinMind:
    """A photographer that gives every crop this chance of lying nearer to an expert's."""
    scale = np.array([[0, np.log(confidence / (1 - confidence))]] * 2, np.float32)
    return BuiltinMind(replace(Preference.load(), nearer_scale=scale))


def leaders(*totals: float | None, whole: float | None = None) -> list[Candidate]:
    boxes = [Box.of((0.1 * n, 0.1, 0.5 + 0.1 * n, 0.9)) for n in range(len(totals))]
    made = list(zip("abcde", boxes, totals, strict=False))
    if whole is not None:
        made.append(("whole", Box.whole(), whole))
    return [
        Candidate(id=i, target=0, box=b, provenance=Provenance(source="grid"), total=t)
        for i, b, t in made
    ]


async def test_words_are_parsed(view: View) -> None:
    intent = await BuiltinMind().understand(view, CropRequest(text="4:5, no people"))
    assert intent.targets[0].ratio == Ratio(width=4, height=5)
    assert [phrase.head for phrase in intent.avoid] == ["people"]
    with pytest.raises(UsageError):
        await BuiltinMind().understand(view, CropRequest(text="0:5"))


@pytest.mark.parametrize("name", ["rocket", "coffee", "astronaut", "camera", "moon"])
async def test_the_analysis_tells_what_is_measured_clearly(photos: Path, name: str) -> None:
    view = View(open_photo(photos / f"{name}.jpg"))
    analysis = await BuiltinMind().analyse(view, FREE)
    sight = view.sight
    height, width = sight.saliency.shape
    grey = cv2.cvtColor(sight.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    clear = {e: s for e, s in elements(small, sight.saliency).items() if s >= 0.25}
    assert {e.element for e in analysis.elements} == set(clear)
    strengths = [e.strength for e in analysis.elements]
    assert strengths == sorted(strengths, reverse=True)
    for found in analysis.elements:
        assert found.strength == pytest.approx(clear[found.element], abs=5e-4)
        assert found.strength == round(found.strength, 3)
    assert analysis.source == "builtin" and analysis.focal_point == sight.focal_point
    assert analysis.lines == tuple(sight.lines)
    assert analysis.subjects == (() if sight.salient is None else (sight.salient,))


async def test_the_photos_are_told_apart(photos: Path) -> None:
    async def found(name: str) -> set[Element]:
        view = View(open_photo(photos / f"{name}.jpg"))
        return {e.element for e in (await BuiltinMind().analyse(view, FREE)).elements}

    assert Element.VERTICAL in await found("rocket")
    assert Element.SYMMETRIC in await found("coffee")


async def test_what_stands_out_is_the_subject(photos: Path) -> None:
    view = View(open_photo(photos / "coffee.jpg"))
    (subject,) = (await BuiltinMind().analyse(view, FREE)).subjects
    assert subject.kind is EvidenceKind.SALIENT and subject.box.area < 1


@pytest.mark.parametrize("ratio", [None, Ratio(width=4, height=5)])
async def test_it_proposes_crops_of_the_asked_shape(view: View, ratio: Ratio | None) -> None:
    made = await BuiltinMind().propose(brief(view, Target(ratio=ratio), index=2, round=3))
    assert 12 < len(made) <= 24
    assert len({c.box.corners for c in made}) == len(made)
    assert {c.target for c in made} == {2} and {c.id for c in made} == {""}
    assert {c.provenance for c in made} == {Provenance(source="builtin", round=3)}
    if ratio is not None:
        for c in made:
            wide, high = c.box.width * view.size.width, c.box.height * view.size.height
            assert wide / high == pytest.approx(0.8, rel=0.02)


async def test_the_same_photo_gets_the_same_proposals(view: View) -> None:
    assert await BuiltinMind().propose(brief(view)) == await BuiltinMind().propose(brief(view))


async def test_the_best_total_is_taken(view: View) -> None:
    mind = sure(0.8)
    made = await mind.decide(brief(view, index=1), leaders(0.3, 0.9, None, 0.5))
    assert made.chosen == "b" and not made.kept and made.target == 1
    assert made.ranking == ("b", "d", "a", "c")
    assert made.confidence == pytest.approx(0.8) and made.source == "builtin"
    assert made.reasons and made.reasons[0] != KEPT


async def test_a_candidate_without_a_total_ranks_after_a_poor_one(view: View) -> None:
    made = await sure(0.8).decide(brief(view), leaders(None, 0.01))
    assert made.ranking == ("b", "a")


@pytest.mark.parametrize(("chance", "kept"), [(0.05, True), (0.64, True), (0.66, False)])
async def test_the_original_stays_where_an_expert_would_rather_leave_it(
    view: View, chance: float, kept: bool
) -> None:
    made = await sure(chance).decide(brief(view), leaders(0.9, 0.8, whole=0.1))
    assert made.kept is kept and made.confidence == pytest.approx(chance)
    assert made.ranking == (("whole", "a", "b") if kept else ("a", "b", "whole"))
    assert made.chosen == made.ranking[0]
    assert (made.reasons[0] == KEPT) is kept


async def test_an_original_that_beats_every_crop_stays(view: View) -> None:
    made = await sure(0.9).decide(brief(view), leaders(0.2, 0.1, whole=0.95))
    assert made.chosen == "whole" and made.kept
    assert made.ranking == ("whole", "a", "b")
    between = await sure(0.9).decide(brief(view), leaders(0.2, 0.1, whole=0.15))
    assert between.chosen == "a" and between.ranking == ("a", "whole", "b")


async def test_without_the_original_nothing_is_kept(view: View) -> None:
    made = await sure(0.05).decide(brief(view), leaders(0.9, 0.8))
    assert made.chosen == "a" and not made.kept and made.confidence == pytest.approx(0.05)


async def test_the_original_alone_is_kept(view: View) -> None:
    made = await sure(0.9).decide(brief(view), leaders(whole=0.5))
    assert made.chosen == "whole" and made.kept and made.ranking == ("whole",)


async def test_nothing_cannot_be_decided(view: View) -> None:
    none: Sequence[Candidate] = ()
    with pytest.raises(ValueError, match="at least one"):
        await BuiltinMind().decide(brief(view), none)
