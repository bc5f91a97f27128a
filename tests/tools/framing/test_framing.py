"""The asked framing as a whole: whom it keeps, what it says, what it leaves alone."""

import pytest

from cropsmith.tools.framing.framing import asks, framing_of
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import (
    Across,
    Edge,
    Intent,
    Phrase,
    Placement,
    Shot,
    Side,
    Tightness,
)
from tests.tools.framing.pictures import IMAGE, asking, cropped, face, person, subject

LEFT = (face(800, 500, 200), person(500, 380, 1100, 1900))
RIGHT = (face(2200, 600, 240), person(1950, 450, 2500, 1900))
MAN = Phrase(text="man on the left", head="man", position="leftmost")


def kept(intent: Intent, evidence: list[Evidence]) -> tuple[Evidence, ...]:
    return framing_of(intent, intent.targets[0], evidence, IMAGE).evidence


@pytest.mark.parametrize(
    "wishes",
    [
        {"shot": Shot.PORTRAIT}, {"placement": Placement(across=Across.LEFT)},
        {"placement": Placement(headroom=True)}, {"tightness": Tightness.WIDEST},
        {"edges": (Edge(phrase="tree", side=Side.TOP),)},
    ],
)  # fmt: skip
def test_only_requests_about_framing_are_framed(wishes: dict[str, object]) -> None:
    assert asks(asking("1:1", **wishes))
    assert not asks(asking("1:1"))
    for tightness in (Tightness.NORMAL, Tightness.TIGHT):  # tight on nothing that was named
        plain = asking("1:1", tightness=tightness)
        framing = framing_of(plain, plain.targets[0], LEFT, IMAGE)
        assert (framing.evidence, framing.wishes, framing.drafts) == (LEFT, (), ())
        assert any("close" in note for note in framing.notes) == (tightness is Tightness.TIGHT)


def test_a_close_crop_of_nothing_in_particular_is_told() -> None:
    tower = [subject(person(1000, 900, 1200, 1100), "tower")]
    plant = person(1000, 900, 1200, 1100).model_copy(update={"kind": EvidenceKind.THING})
    house = asking("1:1", tightness=Tightness.FILL, subjects=(Phrase(text="house", head="house"),))
    missed = framing_of(house, house.targets[0], [plant], IMAGE)
    assert not missed.drafts and missed.notes[0].startswith("No named subject was found")
    for tightness, found, told in (
        (Tightness.TIGHT, [], True), (Tightness.FILL, [], True), (Tightness.LOOSE, [], False),
        (Tightness.TIGHT, tower, False), (Tightness.FILL, tower, False),
    ):  # fmt: skip
        asked = asking("1:1", tightness=tightness)
        notes = framing_of(asked, asked.targets[0], found, IMAGE).notes
        assert any(note.startswith("No named subject was found") for note in notes) == told


def test_what_is_to_go_is_not_placed() -> None:
    woman = person(500, 380, 1100, 1900)
    gone = woman.model_copy(update={"kind": EvidenceKind.AVOID, "phrase": "woman"})
    salient = woman.model_copy(update={"kind": EvidenceKind.SALIENT, "label": ""})
    asked = asking("1:1", placement=Placement(across=Across.LEFT))
    assert framing_of(asked, asked.targets[0], [salient], IMAGE).wishes
    framing = framing_of(asked, asked.targets[0], [salient, gone], IMAGE)
    assert (
        not framing.wishes and not framing.drafts and "nothing could be placed" in framing.notes[0]
    )


def test_the_man_on_the_left_is_framed_though_the_right_face_is_larger() -> None:
    asked = asking("4:5", shot=Shot.PORTRAIT, subjects=(MAN,))
    crop, _ = cropped(asked, [LEFT[0], RIGHT[0]])
    assert crop.left <= 725 and crop.right < 2100


def test_a_cut_shot_keeps_the_head_of_its_subject_and_nobody_else() -> None:
    evidence = [*LEFT, *RIGHT, subject(LEFT[1], "man on the left")]
    found = kept(asking("4:5", shot=Shot.HEADSHOT, subjects=(MAN,)), evidence)
    (man,) = [e for e in found if e.kind is EvidenceKind.SUBJECT]
    assert man.box.height < 0.15 and man.phrase == "man on the left"
    assert [e for e in found if e.kind is EvidenceKind.FACE] == [LEFT[0]]
    assert not [e for e in found if e.kind is EvidenceKind.PERSON]


def test_a_whole_figure_keeps_its_body() -> None:
    evidence = [*LEFT, *RIGHT, subject(LEFT[1], "man on the left")]
    found = kept(asking("4:5", shot=Shot.FULL_BODY, subjects=(MAN,)), evidence)
    assert [e for e in found if e.kind is EvidenceKind.PERSON] == [LEFT[1]]


def test_what_is_to_go_and_what_stands_out_are_left_as_they_were() -> None:
    car = subject(person(100, 100, 400, 300), "car").model_copy(update={"kind": EvidenceKind.AVOID})
    found = kept(asking("4:5", shot=Shot.HEADSHOT), [*LEFT, car])
    assert car in found


def test_where_nobody_is_found_it_is_told_and_the_rest_of_the_request_stands() -> None:
    dog = subject(person(1200, 900, 1600, 1400), "dog")
    asked = asking("1:1", shot=Shot.HEADSHOT, subjects=(Phrase(text="dog", head="dog"),))
    crop, notes = cropped(asked, [dog])
    assert notes == ("Nobody was found in this photo for a headshot: the main subject stands in.",)
    assert crop.left <= 1200 and crop.right >= 1600


def test_one_of_several_is_told() -> None:
    _, notes = cropped(asking("1:1", shot=Shot.HEADSHOT), [LEFT[0], RIGHT[0]])
    assert notes == ("2 people are to be seen: this shows the one with the largest face.",)


def test_a_thing_that_nobody_named_is_placed_by_its_name() -> None:
    thing = Evidence(
        kind=EvidenceKind.THING, box=Box(x1=0, y1=0.4, x2=0.2, y2=0.6), source="nanodet",
        label="boat", confidence=0.9,
    )  # fmt: skip
    asked = asking("16:9", placement=Placement(across=Across.RIGHT_THIRD))
    crop, notes = cropped(asked, [thing])
    assert crop.left == 0 and crop.right >= 600 and crop.top <= 800 and crop.bottom >= 1200
    assert any("too near the boat" in note for note in notes)
