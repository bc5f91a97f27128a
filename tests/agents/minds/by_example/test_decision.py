"""Which of a model's crops by example is taken, and what is said for it."""

from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.way import Way
from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.minds.builtin import BuiltinMind
from cropsmith.agents.minds.by_example.mind import ByExample, last_round
from cropsmith.agents.settings.recipe import load_recipe
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Example, ExpertCrop, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent, Phrase, Target

NAME = "scripted/script"
EXAMPLE = Example(
    sha256="0" * 64,
    width=600,
    height=400,
    crops=(ExpertCrop(box=Box.whole(), score=4.0),),
    similarity=0.9,
    source="set/1.jpg",
)


@pytest.fixture(scope="module")
def view(photos: Path) -> View:
    return View(open_photo(photos / "coffee.jpg"))


def mind(*answers: ScriptedAnswer, final: str = "best") -> ByExample:
    recipe = load_recipe("cropper", (f"final={final}",))
    return ByExample(Asker(Scripted(list(answers))), BuiltinMind(), recipe)


def brief(view: View, *earlier: Candidate, **more: Any) -> Brief:
    target = Target(ratio=Ratio(width=1, height=1))
    given = {
        "intent": Intent(task="free", targets=(target,)),
        "target_index": 2,
        "examples": (EXAMPLE,) * 3,
        **more,
    }
    return Brief(
        view=view, target=target, analysis=None, grounding=Grounding(), evidence=(),
        earlier=earlier, **given,
    )  # fmt: skip


def crop(id: str, round: int, total: float | None, x: float = 0.0, source: str = NAME) -> Candidate:
    where = Provenance(source=source, round=round)
    return Candidate(id=id, target=2, box=Box.of((x, 0, x + 0.5, 1)), provenance=where, total=total)


EARLIER = (
    crop("other", 1, 0.99, source="grid"),
    crop("best", 0, 0.9),
    crop("last", 1, 0.7, x=0.2),
    crop("worst", 1, 0.2, x=0.25),
    crop("mute", 0, None, x=0.3),
)


async def test_the_best_of_the_last_round_or_of_all(view: View) -> None:
    made = await mind(final="last").decide(brief(view, *EARLIER), ())
    assert made.chosen == "last" and made.ranking == ("last", "best", "worst", "mute")
    assert made.reasons == (
        "It scores best, of 2 crops of the last round, proposed after 3 similar photos.",
    )
    made = await mind(final="best").decide(brief(view, *EARLIER), ())
    assert made.chosen == "best" and made.ranking == ("best", "last", "worst", "mute")
    assert made.reasons == (
        "It scores best, of 4 crops of 2 rounds, proposed after 3 similar photos.",
    )
    assert (made.target, made.source, made.kept) == (2, NAME, False)


async def test_the_crop_that_the_answers_agree_on(view: View) -> None:
    made = await mind(final="agreed").decide(brief(view, *EARLIER), ())
    # 0.2, 0.25 and 0.3 lie together: the middle one has most of all four.
    assert made.chosen == "worst"
    assert made.reasons == (
        "The answers agree on it most, of 4 crops of 2 rounds, proposed after 3 similar photos.",
    )
    three = (crop("a", 0, 0.9), crop("b", 0, 0.1, x=0.1), crop("c", 0, 0.5, x=0.2))
    made = await mind(final="agreed").decide(brief(view, *three), ())
    assert made.chosen == "b" and made.ranking == ("b", "a", "c")


async def test_a_crop_that_nothing_scored_comes_last(view: View) -> None:
    made = await mind().decide(brief(view, crop("mute", 0, None), crop("low", 0, 0.1)), ())
    assert made.ranking == ("low", "mute")


async def test_the_whole_photo_is_kept(view: View) -> None:
    whole = crop("w", 0, 0.9).model_copy(update={"box": Box.whole()})
    assert (await mind().decide(brief(view, whole), ())).kept


async def test_without_a_crop_of_its_own_it_cannot_decide(view: View) -> None:
    with pytest.raises(MindFailed, match="no usable crop") as caught:
        await mind().decide(brief(view, EARLIER[0]), (EARLIER[0],))
    assert (caught.value.status, caught.value.source) == ("error", NAME)
    way: Way = mind()
    assert await way.decision(brief(view), ()) is None


def test_the_last_round_is_the_models_own(view: View) -> None:
    later = crop("grid", 5, 0.9, source="grid")
    found = last_round(brief(view, *EARLIER, later), NAME)
    assert [c.id for c in found] == ["last", "worst"]
    assert last_round(brief(view, later), NAME) == []
    assert [c.id for c in last_round(brief(view, crop("a", 0, 0.1)), NAME)] == ["a"]


async def test_proposals_are_numbered_within_their_round(view: View) -> None:
    boxes = [{"x1": 0, "y1": 0, "x2": 0.5, "y2": 1}, {"x1": 0.2, "y1": 0, "x2": 1, "y2": 1}]
    crops = [{"score": 0.5, "box": box} for box in boxes]
    vlm = mind(ScriptedAnswer(purpose="propose", value={"crops": [*crops, *crops, *crops]}))
    made = await vlm.propose(brief(view, round=1, examples=()))
    assert [c.id for c in made] == [f"m1.{n}" for n in range(6)]
    assert {c.target for c in made} == {2}
    assert {c.provenance for c in made} == {Provenance(source=NAME, round=1)}
    assert made[1].box.corners == (0.2, 0, 1, 1)


async def test_the_rest_is_left_to_the_photographer_and_things_to_the_model(view: View) -> None:
    box = {"x1": 0.2, "y1": 0.1, "x2": 0.8, "y2": 0.9}
    vlm = mind(
        ScriptedAnswer(purpose="locate", value={"things": [{"number": 1, "box": box}]}),
    )
    intent = await vlm.understand(view, CropRequest(text="4:5"))
    assert intent == await BuiltinMind().understand(view, CropRequest(text="4:5"))
    assert (await vlm.analyse(view, intent)).source == "builtin"
    cup = (Phrase(text="cup", head="cup"),)
    (found,) = await vlm.locate(view, intent.model_copy(update={"subjects": cup}))
    assert (found.phrase, found.source) == ("cup", NAME) and vlm.name == NAME


async def test_a_later_round_asks_for_its_own_number(view: View) -> None:
    recipe = load_recipe("cropper", ("R=6", "per_round=3"))
    vlm = ByExample(Asker(Scripted([])), BuiltinMind(), recipe)
    first = await vlm.proposal(brief(view, examples=()))
    later = await vlm.proposal(brief(view, *EARLIER, round=2, examples=()))
    assert "Give 6 crops" in str(first.script.messages()[-1].parts[-1])
    assert "Give 3 similar crops" in str(later.script.messages()[-1].parts[-1])


async def test_a_crop_without_a_score_counts_as_zero_in_the_ranking(view: View) -> None:
    crops = (crop("best", 0, 0.9), crop("unscored", 0, None, 0.1), crop("zero", 0, 0.0, 0.2))
    decision = await mind().decide(brief(view, *crops), crops)
    assert decision.ranking == ("best", "unscored", "zero")
