"""The tools a model may call itself: typed in, words and boxes out, errors told."""

from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from cropsmith.agents.minds.with_tools.hands import (
    HANDS,
    Bench,
    GroundArguments,
    OneBox,
    RetrieveArguments,
    ScoreArguments,
    use,
)
from cropsmith.tools.constraints.kinds import touched
from cropsmith.tools.constraints.things import Excludes
from cropsmith.tools.grounding.ground import Sources
from cropsmith.tools.grounding.owl import load_owl
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Example, ExpertCrop, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Phrase, Target
from cropsmith.tools.scorers.table import ScorerTable

LEFT, RIGHT = Box(x1=0, y1=0.4, x2=0.3, y2=0.6), Box(x1=0.7, y1=0.4, x2=1, y2=0.6)


@pytest.fixture
def view(photos: Path) -> View:
    """741 x 500."""
    return View(open_photo(photos / "motorcycle_left.jpg"))


def bench(view: View, **parts: object) -> Bench:
    target = Target(ratio=Ratio.parse("1:1"))
    given = {
        "view": view,
        "intent": Intent(task="ratio", targets=(target,)),
        "target": target,
        "scorers": ScorerTable.for_run(clip="off"),
        **parts,
    }
    return Bench(**given)  # type: ignore[arg-type]


def named(kind: EvidenceKind, box: Box, phrase: str) -> Evidence:
    return Evidence(kind=kind, box=box, source="owl", phrase=phrase, confidence=0.5)


def test_every_hand_has_a_schema_and_a_description() -> None:
    assert set(HANDS) == {
        "ground", "retrieve_examples", "score_boxes", "show_crop",
        "measure_composition", "solve_constraints",
    }  # fmt: skip
    for hand in HANDS.values():
        assert issubclass(hand.arguments, BaseModel) and hand.description.endswith(".")
        with pytest.raises(ValidationError):
            hand.arguments.model_validate({"other": 1})


def test_solving_moves_a_box_to_a_legal_one(view: View) -> None:
    wish = OneBox(box=Box(x1=0, y1=0, x2=1, y2=1))
    found = use(bench(view), "solve_constraints", wish)
    (box,) = found.boxes
    assert box.width * view.size.width == pytest.approx(box.height * view.size.height)
    assert "500x500" in found.text and not found.error


def test_what_cannot_be_is_said_with_the_relaxation(view: View) -> None:
    intent = Intent(
        task="subject",
        targets=(Target(ratio=Ratio.parse("1:4")),),
        subjects=(Phrase(text="both ends", head="ends"),),
    )
    grounding = Grounding(
        found=tuple(named(EvidenceKind.SUBJECT, box, "both ends") for box in (LEFT, RIGHT))
    )
    narrow = bench(view, intent=intent, target=intent.targets[0], grounding=grounding)
    found = use(narrow, "solve_constraints", OneBox(box=LEFT))
    assert found.boxes and "1:4 cannot hold both ends together" in found.text
    zoned = intent.model_copy(update={"keep_out": (LEFT, RIGHT)})
    stuck = bench(view, intent=zoned, target=intent.targets[0], grounding=grounding)
    found = use(stuck, "solve_constraints", OneBox(box=LEFT))
    assert found.boxes == () and found.error
    assert found.text.startswith("No crop satisfies the request")


def test_finding_looks_first_at_what_is_known_then_at_the_detector(
    view: View, tiny_models: Path
) -> None:
    known = Grounding(found=(named(EvidenceKind.SUBJECT, LEFT, "the boat"),))
    assert use(
        bench(view, grounding=known), "ground", GroundArguments(phrase="The boat")
    ).boxes == (LEFT,)
    sources = Sources(detector=load_owl(str(tiny_models / "owlvit")))
    found = use(bench(view, sources=sources), "ground", GroundArguments(phrase="a kite"))
    assert found.boxes and ("Found 1" in found.text or "nearest guess" in found.text)


def test_what_only_stands_in_was_not_found(view: View) -> None:
    stand_in = named(EvidenceKind.SUBJECT, LEFT, "boat")
    grounding = Grounding(found=(stand_in,), missing=("boat",))
    found = use(bench(view, grounding=grounding), "ground", GroundArguments(phrase="boat"))
    assert found.text.startswith("Nothing was found for boat")


def test_solving_holds_the_rules_that_proposals_are_solved_under(view: View) -> None:
    rules = (Excludes(touched(LEFT, view.size), "the boat"),)
    found = use(bench(view, rules=rules), "solve_constraints", OneBox(box=LEFT))
    assert found.boxes[0].overlap(LEFT) == 0 and "moved to be legal" in found.text


def test_examples_come_as_boxes_on_this_photo(view: View) -> None:
    crop = ExpertCrop(box=LEFT, score=4.0)
    example = Example(
        sha256="0" * 64, width=300, height=200, crops=(crop,), similarity=0.9, source="gaicd/1.jpg"
    )
    found = use(
        bench(view, examples=[example, example]), "retrieve_examples", RetrieveArguments(count=1)
    )
    assert found.boxes == (LEFT,) and "likeness 0.90" in found.text


def test_scores_come_in_the_order_of_the_boxes(view: View) -> None:
    boxes = [Box.whole(), Box(x1=0.4, y1=0.4, x2=0.6, y2=0.7)]
    first, second, *_ = use(bench(view), "score_boxes", ScoreArguments(boxes=boxes)).text.split(
        "\n"
    )
    assert first.startswith("1. total") and "area 1.000" in first
    assert second.startswith("2. total") and "area 0.060" in second
    with pytest.raises(ValidationError):
        ScoreArguments(boxes=[])
