"""What the argued answers mean: intents, analyses, candidates, and the vote of both orders."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.minds.argued.answers import (
    AnalysisAnswer,
    Proposals,
    Understanding,
    choice_among,
)
from cropsmith.agents.minds.argued.parse import (
    KEPT,
    analysis_from,
    candidates_from,
    intent_from,
    merged,
    settled,
)
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.request import CopySpace, Intent, Phrase, Side, Target, Tightness
from cropsmith.tools.schema.result import Verdict

BOX = Box.of((0.1, 0.1, 0.5, 0.5))
CAT = Phrase(text="the black cat", head="cat")


def understood(**said: Any) -> Understanding:
    nothing = {
        "subjects": [],
        "avoid": [],
        "tightness": "normal",
        "copy_space": "none",
        "unclear": [],
        "read_back": "",
    }
    return Understanding.model_validate({**nothing, **said})


def intent(**wishes: Any) -> Intent:
    return Intent(**{"task": "free", "targets": (Target(),), "read_back": "As parsed.", **wishes})


def test_an_answer_that_says_nothing_changes_nothing() -> None:
    for parsed in (
        intent(),
        intent(
            task="ratio",
            subjects=(CAT,),
            avoid=(CAT,),
            tightness=Tightness.LOOSE,
            copy_space=CopySpace(side=Side.TOP),
        ),
    ):
        assert intent_from(parsed, understood()) == parsed
        assert intent_from(parsed, understood(subjects=[], read_back="  ")) == parsed


def test_what_only_the_model_saw_is_added() -> None:
    said = understood(
        subjects=["boat", " "],
        avoid=["", "crane"],
        tightness="tight",
        copy_space="right",
        read_back=" The boat, without the crane. ",
    )
    assert intent_from(intent(), said) == intent(
        task="subject",
        subjects=(Phrase(text="boat", head="boat"),),
        avoid=(Phrase(text="crane", head="crane"),),
        tightness=Tightness.TIGHT,
        copy_space=CopySpace(side=Side.RIGHT),
        read_back="The boat, without the crane.",
    )


def test_what_the_grammar_read_stands() -> None:
    parsed = intent(
        task="ratio",
        subjects=(CAT,),
        avoid=(CAT,),
        tightness=Tightness.LOOSE,
        copy_space=CopySpace(side=Side.TOP),
    )
    said = understood(subjects=["boat"], avoid=["crane"], tightness="tight", copy_space="left")
    assert intent_from(parsed, said) == parsed


def test_a_subject_makes_a_task_of_a_free_request_alone() -> None:
    assert intent_from(intent(task="ratio"), understood(subjects=["boat"])).task == "ratio"
    assert intent_from(intent(), understood(avoid=["boat"])).task == "free"


def test_words_stay_unclear_while_the_model_says_so_too() -> None:
    parsed = intent(unclear=("Moody light", "zzz"))
    assert intent_from(parsed, understood(unclear=["MOODY", ""])).unclear == ("Moody light",)
    assert intent_from(parsed, understood(unclear=[""])).unclear == ()
    assert intent_from(parsed, understood(unclear=["zzz", "moody light"])).unclear == (
        "Moody light",
        "zzz",
    )


def test_every_part_of_an_analysis_is_kept() -> None:
    answer = AnalysisAnswer.model_validate(
        {
            "scene": "A harbour.",
            "subjects": [{"name": "boat", "box": BOX}],
            "elements": [{"element": "diagonal", "remark": "the mast", "strength": 0.7}],
            "lines": [{"kind": "horizon", "start": {"x": 0, "y": 0.4}, "end": {"x": 1, "y": 0.5}}],
            "distractions": [{"name": "crane", "box": Box.whole()}],
            "focal_point": {"x": 0.4, "y": 0.5},
            "remark": "Less sky.",
        }
    )
    made = analysis_from(answer, "m")
    assert (made.source, made.scene, made.remark) == ("m", "A harbour.", "Less sky.")
    (boat,), (crane,), (element,), (line,) = (
        made.subjects, made.distractions, made.elements, made.lines,
    )  # fmt: skip
    assert (boat.kind, boat.phrase, boat.box) == (EvidenceKind.SUBJECT, "boat", BOX)
    assert (crane.kind, crane.phrase, crane.box) == (EvidenceKind.AVOID, "crane", Box.whole())
    assert boat.source == crane.source == "m"
    assert (element.element, element.strength, element.remark) == ("diagonal", 0.7, "the mast")
    assert (line.kind, line.start, line.end) == ("horizon", Point(x=0, y=0.4), Point(x=1, y=0.5))
    assert made.focal_point == Point(x=0.4, y=0.5)


@pytest.fixture(scope="module")
def view(photos: Path) -> View:
    return View(open_photo(photos / "coffee.jpg"))


def brief(view: View, **more: Any) -> Brief:
    given = {"target_index": 0, "intent": intent(keep=more.pop("keep", None)), **more}
    return Brief(
        view=view, target=Target(), analysis=None, grounding=Grounding(), evidence=(), **given
    )


def proposals(*boxes: Box, keep: bool = False) -> Proposals:
    crops = [{"element": "center", "reason": " calm ", "box": box} for box in boxes]
    return Proposals.model_validate({"crops": crops, "keep": keep})


def test_candidates_say_where_they_come_from(view: View) -> None:
    other = Box.of((0.5, 0.5, 0.9, 0.9))
    made = candidates_from([proposals(BOX), proposals(other)], brief(view, round=2), "m")
    assert [(c.id, c.box, c.target, c.reason) for c in made] == [
        ("m2.0", BOX, 0, "calm"),
        ("m2.1", other, 0, "calm"),
    ]
    assert made[0].provenance == Provenance(source="m", round=2, detail="center")
    (third,) = candidates_from([proposals(BOX)], brief(view, target_index=3), "m")
    assert third.target == 3 and third.id == "m0.0"


def test_near_doubles_count_once(view: View) -> None:
    def wide(width: float) -> Box:
        return Box.of((0, 0, width, 1))

    # IoU of 0.98 is the same crop, of 0.96 another.
    made = candidates_from(
        [proposals(wide(0.5), wide(0.49)), proposals(wide(0.48))], brief(view), "m"
    )
    assert [c.box for c in made] == [wide(0.5), wide(0.48)]


def test_the_photo_is_proposed_where_the_model_would_keep_it(view: View) -> None:
    answer = proposals(BOX, keep=True)
    for keep in (None, True):
        first, second = candidates_from([answer], brief(view, keep=keep), "m")
        assert (first.box, first.reason, first.provenance.detail) == (Box.whole(), KEPT, "")
        assert second.box == BOX
    assert [c.box for c in candidates_from([answer], brief(view, keep=False), "m")] == [BOX]
    assert [c.box for c in candidates_from([proposals(BOX)], brief(view), "m")] == [BOX]
    later = candidates_from([proposals(BOX), answer], brief(view), "m")
    assert [c.box for c in later] == [BOX, Box.whole()]


def candidate(id: str, box: Box = BOX, reason: str = "") -> Candidate:
    return Candidate(id=id, target=0, box=box, provenance=Provenance(source="g"), reason=reason)


def test_a_candidate_without_rivals_speaks_for_itself(view: View) -> None:
    crop, whole = candidate("a"), candidate("w", Box.whole())
    alone = settled(brief(view, target_index=1), crop, "m")
    assert (alone.chosen, alone.kept, alone.ranking, alone.target) == ("a", False, ("a",), 1)
    assert alone.reasons == ("It is the only crop that fits the request.",)
    assert alone.source == "m"
    kept = settled(brief(view), whole, "m", [crop, whole])
    assert kept.kept and kept.reasons == (KEPT,) and kept.ranking == ("w", "a")
    assert settled(brief(view), candidate("a", reason="calm"), "m").reasons == ("calm",)


def ballot(count: int, choice: str, *ranking: str, reasons: Sequence[str] = ("r",)) -> Any:
    return choice_among(count).model_validate(
        {"comparison": "", "ranking": ranking or [choice], "choice": choice, "reasons": reasons}
    )


LEADERS = [
    candidate("p"),
    candidate("q", Box.of((0.2, 0.2, 0.9, 0.9)), "of its own"),
    candidate("w", Box.whole()),
]


def test_places_in_both_orders_are_added(view: View) -> None:
    # p: 2 + 2, q: 3 + 1, w: 1 + 3, all even: the scores' order stands.
    even = [
        (LEADERS, ballot(3, "B", "B", "A", "C")),
        (LEADERS[::-1], ballot(3, "A", "A", "C", "B")),
    ]
    assert merged(brief(view), LEADERS, even, "m").ranking == ("p", "q", "w")
    # p: 1 + 2, q: 2 + 1, w: 3 + 3.
    whole = [
        (LEADERS, ballot(3, "C", "C", "B", "A", reasons=[" all of it ", " "])),
        (LEADERS[::-1], ballot(3, "A", "A", "C", "B", reasons=["second"])),
    ]
    made = merged(brief(view, target_index=2), LEADERS, whole, "m")
    assert made.ranking == ("w", "p", "q") and made.chosen == "w" and made.kept
    assert made.target == 2 and made.source == "m" and made.reasons == ("second",)


def test_what_is_not_ranked_has_no_points(view: View) -> None:
    made = merged(brief(view), LEADERS, [(LEADERS, ballot(3, "C", "C", "B"))], "m")
    assert made.ranking == ("w", "q", "p")
    # A last place is worth more than none.
    last = [(LEADERS, ballot(3, "A", "A", "B", "C")), (LEADERS, ballot(3, "C"))]
    assert merged(brief(view), LEADERS, last, "m").ranking == ("w", "p", "q")


def test_the_choice_leads_its_own_ranking(view: View) -> None:
    made = merged(brief(view), LEADERS, [(LEADERS, ballot(3, "B", "A", "B", "C"))], "m")
    assert made.ranking == ("q", "p", "w") and made.reasons == ("r",) and not made.kept


def test_a_compromise_has_its_proposers_reason_or_says_what_it_is(view: View) -> None:
    two = [
        (LEADERS, ballot(3, "A", "A", "B", "C")),
        (LEADERS[::-1], ballot(3, "B", "B", "A", "C", reasons=[" "])),
    ]
    assert merged(brief(view), LEADERS, two, "m").reasons == ("of its own",)
    bare = [c.model_copy(update={"reason": ""}) for c in LEADERS]
    assert merged(brief(view), bare, two, "m").reasons == ("Ranked best in both orders.",)
    whole = [(LEADERS, ballot(3, "C", reasons=[" "]))]
    assert merged(brief(view), LEADERS, whole, "m").reasons == (KEPT,)


def test_a_rejection_counts_where_both_orders_agree_and_the_photo_may_not_stay(view: View) -> None:
    crops = LEADERS[:2]
    no = choice_among(2).model_validate(
        {"comparison": "", "ranking": ["A"], "choice": "A", "reasons": ["no dog"], "reject": True}
    )
    yes = ballot(2, "A")
    made = merged(brief(view), crops, [(crops, no), (crops, no)], "m")
    assert made.verdict is Verdict.REJECT and made.reasons == ("no dog",) and not made.kept
    half = merged(brief(view), crops, [(crops, no), (crops, yes)], "m")
    assert half.verdict is Verdict.CROP
    # Where the whole photo is among the leaders, leaving it alone is an answer.
    kept = merged(brief(view), LEADERS, [(LEADERS, no), (LEADERS, no)], "m")
    assert kept.verdict is not Verdict.REJECT
