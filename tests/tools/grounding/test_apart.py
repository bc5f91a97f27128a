"""What is to go and is the subject itself is not left out."""

from cropsmith.tools.grounding.apart import apart_from_subject
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

HERE, THERE = Box(x1=0.1, y1=0.2, x2=0.5, y2=0.9), Box(x1=0.6, y1=0.2, x2=0.9, y2=0.9)


def found(kind: EvidenceKind, phrase: str, box: Box) -> Evidence:
    return Evidence(kind=kind, box=box, source="nanodet", phrase=phrase, label="bird")


RED = found(EvidenceKind.SUBJECT, "red parrot", HERE)


def test_one_bird_is_not_both_the_wanted_and_the_unwanted() -> None:
    apart = apart_from_subject([RED, found(EvidenceKind.AVOID, "blue parrot", HERE)])
    assert apart.found == (RED,) and apart.unsure == ("blue parrot",)
    (note,) = apart.told
    assert note == (
        "“blue parrot” cannot be told from the red parrot, so nothing was left out for it."
    )


def test_a_chair_is_not_parted_from_who_sits_on_it() -> None:
    chair = found(EvidenceKind.AVOID, "chair", HERE).model_copy(update={"label": "chair"})
    (note,) = apart_from_subject([RED, chair]).told
    assert note.startswith("“chair” cannot be parted from the red parrot")


def test_of_the_people_only_the_others_go_and_nobody_needs_to_hear_of_it() -> None:
    others = [found(EvidenceKind.AVOID, "people", box) for box in (HERE, THERE)]
    apart = apart_from_subject([RED, *others])
    assert apart.found == (RED, others[1]) and not apart.unsure and not apart.told


def test_what_lies_elsewhere_or_is_a_small_part_still_goes() -> None:
    beak = HERE.model_copy(update={"y2": 0.4})
    unwanted = [found(EvidenceKind.AVOID, "blue parrot", box) for box in (THERE, beak)]
    assert apart_from_subject([RED, *unwanted]).found == (RED, *unwanted)
