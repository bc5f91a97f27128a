"""Who is in the photo, and whom a request means."""

from cropsmith.tools.framing.people import meant, people_in, shown
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.request import Phrase, Shot
from tests.tools.framing.pictures import IMAGE, asking, cropped, face, person, subject

LEFT = (face(800, 500, 200), person(500, 380, 1100, 1900))
RIGHT = (face(2200, 600, 160), person(1950, 500, 2500, 1900))
MAN = Phrase(text="man on the left", head="man", position="leftmost")


def test_every_face_goes_to_its_own_body() -> None:
    first, second = people_in([*RIGHT, *LEFT], IMAGE)
    assert (first.face, first.body) == LEFT and (second.face, second.body) == RIGHT


def test_who_turns_away_is_a_person_too() -> None:
    people = people_in([LEFT[1], *RIGHT], IMAGE)
    assert [p.face is None for p in people] == [True, False]


def test_a_child_before_its_father_keeps_its_face() -> None:
    child = (face(800, 1100, 150), person(650, 1000, 950, 1900))
    people = people_in([*LEFT, *child], IMAGE)
    assert {(p.face, p.body) for p in people} == {LEFT, child}


def test_who_is_to_be_left_out_is_in_no_shot() -> None:
    gone = LEFT[1].model_copy(update={"kind": EvidenceKind.AVOID, "phrase": "person on the left"})
    table = person(1300, 1500, 2900, 1950).model_copy(
        update={"kind": EvidenceKind.THING, "label": "dining table", "confidence": 0.9}
    )
    evidence = [LEFT[0], *RIGHT, gone, table]
    (other,) = people_in(evidence, IMAGE)
    assert (other.face, other.body) == RIGHT
    crop, notes = cropped(asking("1:1", shot=Shot.HEADSHOT), evidence)
    assert 1100 <= crop.left < 2140 and crop.size.height < 1000 and not notes
    # A face before a thing that is to go is still somebody's.
    umbrella = gone.model_copy(update={"label": "umbrella", "phrase": "umbrella"})
    assert len(people_in([LEFT[0], *RIGHT, umbrella], IMAGE)) == 2


def test_the_found_subject_says_who_is_meant() -> None:
    evidence = [*LEFT, *RIGHT, subject(RIGHT[1], "woman")]
    asked = asking(subjects=(Phrase(text="woman", head="woman"),))
    (woman,) = meant(asked, people_in(evidence, IMAGE), evidence)
    assert woman.face == RIGHT[0]


def test_words_choose_among_faces_where_no_finder_knows_the_man() -> None:
    evidence = [RIGHT[0], LEFT[0]]
    (man,) = meant(asking(subjects=(MAN,)), people_in(evidence, IMAGE), evidence)
    assert man.face == LEFT[0]


def test_a_couple_found_as_one_box_are_two() -> None:
    both = subject(person(400, 300, 2600, 1950), "couple")
    evidence = [LEFT[0], RIGHT[0], both]
    asked = asking(subjects=(Phrase(text="couple", head="couple"),))
    assert len(meant(asked, people_in(evidence, IMAGE), evidence)) == 2


def test_a_dog_is_nobody_though_people_are_there() -> None:
    evidence = [*LEFT, subject(person(2000, 1500, 2400, 1900), "dog")]
    asked = asking(subjects=(Phrase(text="dog", head="dog"),))
    assert meant(asked, people_in(evidence, IMAGE), evidence) == []


def test_a_headshot_is_of_one_and_a_portrait_of_those_in_front() -> None:
    far = face(2800, 300, 40)
    people = people_in([LEFT[0], RIGHT[0], far], IMAGE)
    assert [p.face for p in shown(Shot.HEADSHOT, people, named=False)] == [LEFT[0]]
    assert [p.face for p in shown(Shot.PORTRAIT, people, named=False)] == [LEFT[0], RIGHT[0]]
    assert len(shown(Shot.GROUP, people, named=False)) == 3
    assert len(shown(Shot.HEADSHOT, people, named=True)) == 3


def test_everybody_may_be_meant_where_nobody_tells_people_apart() -> None:
    woman = subject(LEFT[1], "woman").model_copy(update={"guessed": True, "label": "person"})
    evidence = [*LEFT, *RIGHT, woman]
    asked = asking(subjects=(Phrase(text="woman", head="woman"),), shot=Shot.HEADSHOT)
    people = people_in(evidence, IMAGE)
    assert meant(asked, people, evidence) == people
    crop, notes = cropped(asked, evidence)
    for one in (LEFT[0], RIGHT[0]):
        assert one.box.overlap(crop.normalised(IMAGE)) > 0.99 * one.box.area
    assert any("everybody who may be is shown" in note for note in notes)


def test_a_headshot_of_the_only_face_is_close_though_it_is_a_guess() -> None:
    clown = subject(LEFT[0], "clown").model_copy(update={"guessed": True})
    asked = asking(subjects=(Phrase(text="clown", head="clown"),), shot=Shot.HEADSHOT)
    crop, _ = cropped(asked, [*LEFT, clown])
    assert crop.size.height < 600


def test_where_the_others_are_to_go_the_guess_alone_is_shown() -> None:
    man = subject(LEFT[1], "man").model_copy(update={"guessed": True, "label": "person"})
    away = person(2600, 500, 2900, 1900).model_copy(update={"kind": EvidenceKind.AVOID})
    evidence = [*LEFT, man, *RIGHT, away]
    asked = asking(subjects=(Phrase(text="man", head="man"),))
    (alone,) = meant(asked, people_in(evidence, IMAGE), evidence)
    assert alone.face == LEFT[0]
