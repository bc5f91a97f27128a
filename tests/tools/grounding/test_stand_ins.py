"""What stands in for a subject that was not found, and what never does."""

from collections.abc import Sequence

from cropsmith.tools.grounding.stand_ins import stand_ins
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Phrase, Target

MAN = Box.of((0.1, 0.1, 0.5, 0.9))
DOG = Box.of((0.6, 0.5, 0.8, 0.7))
FACE = Evidence(kind=EvidenceKind.FACE, box=Box.of((0.2, 0.15, 0.35, 0.3)), source="faceboxes")
SALIENT = Evidence(kind=EvidenceKind.SALIENT, box=Box.of((0.1, 0.1, 0.55, 0.9)), source="saliency")


def seen(box: Box, label: str) -> Evidence:
    kind = EvidenceKind.PERSON if label == "person" else EvidenceKind.THING
    return Evidence(kind=kind, box=box, source="nanodet", label=label, confidence=0.9)


def asked(subject: str, avoid: str = "", keep_out: Sequence[Box] = ()) -> Intent:
    return Intent(
        task="subject",
        targets=(Target(),),
        subjects=(Phrase(text=subject, head=subject),),
        avoid=(Phrase(text=avoid, head=avoid),) if avoid else (),
        keep_out=tuple(keep_out),
    )


def gone(box: Box, phrase: str) -> Evidence:
    return Evidence(kind=EvidenceKind.AVOID, box=box, source="nanodet", phrase=phrase)


def test_the_main_subject_stands_in() -> None:
    lost = Grounding(missing=("lamp",), beyond=("lamp",))
    (found,) = stand_ins(asked("lamp"), lost, [FACE, SALIENT, seen(MAN, "person")])
    assert (found.phrase, found.label, found.guessed) == ("lamp", "person", True)
    (found,) = stand_ins(asked("lamp"), lost, [FACE, SALIENT])
    assert (found.phrase, found.source) == ("lamp", "saliency")


def test_what_is_to_go_never_stands_in() -> None:
    intent = asked("lamp", "man")
    lost = Grounding(found=(gone(MAN, "man"),), missing=("lamp",), beyond=("lamp",))
    assert stand_ins(intent, lost, [FACE, SALIENT]) == ()
    (found,) = stand_ins(intent, lost, [FACE, SALIENT, seen(DOG, "dog")])
    assert found.label == "dog"
    # "Grandpa" was not found either, and whose face it is nobody knows.
    somebody = lost.model_copy(update={"missing": ("grandfather",)})
    assert stand_ins(asked("grandfather", "man"), somebody, [FACE, SALIENT]) == ()


def test_what_lies_in_a_zone_that_is_left_out_never_stands_in() -> None:
    lost = Grounding(missing=("lamp",), beyond=("lamp",))
    assert stand_ins(asked("lamp", keep_out=[MAN]), lost, [SALIENT]) == ()


def test_what_may_be_what_is_to_go_never_stands_in() -> None:
    both = ("lamp", "statue")
    unknown = Grounding(missing=both, beyond=both)
    assert stand_ins(asked("lamp", "statue"), unknown, [SALIENT]) == ()
    # Of several men nobody can tell which is meant: any of them may be.
    people = [FACE, SALIENT, seen(MAN, "person")]
    unsure = Grounding(missing=("lamp", "man"), beyond=("lamp",), unsure=("man",))
    assert stand_ins(asked("lamp", "man"), unsure, people) == ()
    # Who looked for cars and saw none knows that what stands out is none.
    no_car = Grounding(missing=("lamp", "car"), beyond=("lamp",))
    (found,) = stand_ins(asked("lamp", "car"), no_car, [SALIENT])
    assert found.source == "saliency"
