"""What must stay in every crop, and in which order."""

import pytest

from cropsmith.tools.constraints.must_stay import Because, must_stay
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import (
    CopySpace,
    Intent,
    NeverCut,
    Phrase,
    Shot,
    Side,
    Target,
)


def seen(
    kind: EvidenceKind,
    corners: tuple[float, float, float, float],
    phrase: str = "",
    label: str = "",
    confidence: float = 1.0,
) -> Evidence:
    return Evidence(
        kind=kind,
        box=Box.of(corners),
        source="nanodet",
        phrase=phrase,
        label=label,
        confidence=confidence,
    )


DOG = seen(EvidenceKind.SUBJECT, (0.6, 0.5, 0.8, 0.9), "dog", "dog")
MAN = seen(EvidenceKind.SUBJECT, (0.1, 0.1, 0.4, 0.9), "man", "person")
HIS_FACE = seen(EvidenceKind.FACE, (0.2, 0.15, 0.3, 0.3))
FACE = seen(EvidenceKind.FACE, (0.8, 0.1, 0.86, 0.18))
TINY = seen(EvidenceKind.FACE, (0.5, 0.1, 0.51, 0.12))
BOAT = seen(EvidenceKind.THING, (0.3, 0.4, 0.7, 0.7), label="boat")
BIRD = seen(EvidenceKind.THING, (0.1, 0.1, 0.15, 0.15), label="bird")
SKY = seen(EvidenceKind.SALIENT, (0.0, 0.0, 1.0, 0.3))
SPACE = CopySpace(side=Side.LEFT)


def intent(*named: str, **wishes: object) -> Intent:
    phrases = tuple(Phrase(text=name, head=name) for name in named)
    return Intent.model_validate(
        {"task": "subject", "targets": (Target(),), "subjects": phrases, **wishes}
    )


def names(asked: Intent, *found: Evidence) -> list[str]:
    return [thing.what for thing in must_stay(asked, found).things]


def test_likely_faces_come_before_doubtful_ones_and_heads_last() -> None:
    likely = face(Box(x1=0.1, y1=0.1, x2=0.2, y2=0.2), 0.9)
    doubtful = face(Box(x1=0.3, y1=0.1, x2=0.5, y2=0.3), 0.35)
    head = face(Box(x1=0.6, y1=0.1, x2=0.9, y2=0.4), 0.9).model_copy(update={"label": "person"})
    asked = Intent(task="free", targets=(Target(),), never_cut=(NeverCut.FACES,))
    kept = must_stay(asked, [head, doubtful, likely]).things
    assert [thing.box for thing in kept] == [likely.box, doubtful.box, head.box]


def face(box: Box, chance: float) -> Evidence:
    return Evidence(kind=EvidenceKind.FACE, box=box, source="faceboxes", confidence=chance)


def test_what_is_named_stays_in_the_order_named_and_bystanders_need_not() -> None:
    assert names(intent("dog", "man"), MAN, DOG, HIS_FACE, FACE, BOAT) == ["the dog", "the man"]


def test_faces_stay_unasked_the_largest_first_but_for_the_tiniest() -> None:
    stay = must_stay(intent(), [TINY, FACE, HIS_FACE, BOAT])
    assert [thing.box for thing in stay.things] == [HIS_FACE.box, FACE.box]
    assert all(thing.because is Because.FACE for thing in stay.things)
    room = stay.things[0].room
    assert room.width == pytest.approx(1.2 * HIS_FACE.box.width)


def test_faces_never_to_be_cut_stay_beside_what_is_named() -> None:
    stay = must_stay(intent("dog", never_cut=(NeverCut.FACES,)), [FACE, DOG])
    assert [thing.because for thing in stay.things] == [Because.NAMED, Because.NEVER_CUT]


def test_what_leads_stays_only_where_a_wish_could_push_it_out() -> None:
    assert names(intent(), BOAT, BIRD, SKY) == []
    assert names(intent(copy_space=SPACE), BIRD, BOAT, SKY) == ["the boat"]
    assert names(intent(copy_space=SPACE), SKY) == ["the main subject"]
    speck = BOAT.model_copy(update={"box": Box(x1=0, y1=0.6, x2=0.1, y2=0.7)})
    assert names(intent(copy_space=SPACE), speck, SKY) == ["the main subject"]


def test_what_is_to_be_left_out_does_not_stay() -> None:
    man = MAN.model_copy(update={"kind": EvidenceKind.AVOID})
    without = intent(avoid=(Phrase(text="man", head="man"),))
    assert names(without, man, HIS_FACE, FACE, BOAT) == ["a face", "the boat"]


def test_the_heart_of_a_person_is_the_face_and_a_headshot_needs_no_more() -> None:
    (whole,) = must_stay(intent("man"), [MAN, HIS_FACE]).things
    assert whole.heart is not None and whole.heart.contains(HIS_FACE.box)
    (close,) = must_stay(intent("man", shot=Shot.HEADSHOT), [MAN, HIS_FACE]).things
    assert close.room == whole.heart
    (faceless,) = must_stay(intent("man"), [MAN]).things
    assert faceless.heart is not None and faceless.heart.y2 < 0.3


def test_a_doubtful_box_asks_for_more_room() -> None:
    sure, doubtful = (
        must_stay(intent("dog"), [DOG.model_copy(update={"confidence": c})]).things[0]
        for c in (0.9, 0.1)
    )
    assert doubtful.room.contains(sure.room) and doubtful.room.area > 1.3 * sure.room.area
    assert doubtful.box == sure.box


def test_a_box_of_the_person_is_what_is_named() -> None:
    own = Box(x1=0.2, y1=0.2, x2=0.3, y2=0.3)
    stay = must_stay(intent("dog", subject_box=own), [DOG])
    assert [thing.box for thing in stay.named] == [own]
