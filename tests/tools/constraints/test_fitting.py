"""How much of what must stay a shape can hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.constraints.fitting import fitted
from cropsmith.tools.constraints.kinds import contains, touched
from cropsmith.tools.constraints.must_stay import Because, MustStay, Staying
from cropsmith.tools.constraints.sizes import largest
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.constraints.things import Contains
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target

IMAGE = Size(width=1600, height=900)
TALL = Target(ratio=Ratio.parse("9:16"))


def thing(
    box: Box, what: str = "the car", because: Because = Because.NAMED, heart: Box | None = None
) -> Staying:
    kind = EvidenceKind.FACE if because is not Because.NAMED else EvidenceKind.SUBJECT
    name = "middle" if heart is None else "face"
    return Staying(
        what=what, box=box, room=box, heart=heart, heart_name=name, because=because, kind=kind
    )


def text(box: Box) -> Staying:
    line = thing(box, "a line of text", Because.NEVER_CUT)
    return line.model_copy(update={"kind": EvidenceKind.TEXT})


def test_what_fits_stays_whole_without_a_word() -> None:
    car = thing(Box(x1=0.4, y1=0.2, x2=0.6, y2=0.9))
    found = fitted(MustStay(things=(car,)), TALL, IMAGE)
    assert [part.pixels for part in found.parts] == [touched(car.box, IMAGE)] and not found.notes


def test_the_middle_of_a_car_that_is_too_wide_stays_at_its_full_height() -> None:
    car = thing(Box(x1=0.25, y1=0.5, x2=0.75, y2=0.9))
    found = fitted(MustStay(things=(car,)), TALL, IMAGE)
    pixels = found.parts[0].pixels
    assert (pixels.top, pixels.bottom) == (450, 810)
    assert pixels.left + pixels.right == 1600 and 500 <= pixels.size.width <= 507
    assert found.notes == ("9:16 is too narrow for the car: the middle is kept.",)


def test_the_face_of_a_person_who_is_too_wide_stays() -> None:
    face = Box(x1=0.68, y1=0.5, x2=0.74, y2=0.6)
    man = thing(Box(x1=0.25, y1=0.5, x2=0.75, y2=0.9), "the man", heart=face)
    found = fitted(MustStay(things=(man,)), TALL, IMAGE)
    assert contains(found.parts[0].pixels, touched(face, IMAGE))
    assert found.notes == ("9:16 is too narrow for the man: the face is kept.",)


def test_of_two_things_that_are_far_apart_the_first_named_stays() -> None:
    dog = thing(Box(x1=0.1, y1=0.5, x2=0.2, y2=0.7), "the dog")
    ball = thing(Box(x1=0.8, y1=0.5, x2=0.9, y2=0.7), "the ball")
    found = fitted(MustStay(things=(ball, dog)), TALL, IMAGE)
    assert [part.thing for part in found.parts] == [ball]
    assert found.notes == (
        "The ball and the dog do not fit into 9:16 together: the ball comes first.",
    )


def test_faces_that_do_not_fit_are_counted_where_they_were_asked_for() -> None:
    boxes = [Box(x1=x, y1=0.1, x2=x + 0.1, y2=0.3) for x in (0.1, 0.25, 0.8)]

    def notes(because: Because) -> tuple[str, ...]:
        faces = tuple(thing(box, "a face", because) for box in boxes)
        return fitted(MustStay(things=faces), TALL, IMAGE).notes

    assert notes(Because.NEVER_CUT) == (
        "Only 2 of the 3 faces fit whole into 9:16: the largest come first.",
    )
    assert notes(Because.FACE) == ()


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        (
            [(0.05, 0.95), (0.1, 0.9)],
            "None of the 2 lines of text fits whole into 9:16: "
            "of the largest as much is kept as fits.",
        ),
        (
            [(0.05, 0.95), (0.45, 0.55)],
            "Only 1 of the 2 lines of text fits whole into 9:16: the largest come first.",
        ),
        ([(0.4, 0.6), (0.45, 0.55)], None),
    ],
)
def test_lines_of_text_that_are_whole_are_counted(
    spans: list[tuple[float, float]], told: str | None
) -> None:
    boxes = [
        Box(x1=x1, y1=y, x2=x2, y2=y + 0.1) for y, (x1, x2) in zip((0.1, 0.4), spans, strict=True)
    ]
    assert fitted(MustStay(things=tuple(map(text, boxes))), TALL, IMAGE).notes == (
        (told,) if told else ()
    )


def test_a_line_of_text_that_does_not_fit_beside_what_is_named_is_told() -> None:
    car = thing(Box(x1=0.05, y1=0.5, x2=0.3, y2=0.7))
    line = text(Box(x1=0.8, y1=0.5, x2=0.9, y2=0.7))
    found = fitted(MustStay(things=(car, line)), TALL, IMAGE)
    assert found.notes == ("A line of text does not fit into 9:16 beside the rest.",)


def test_of_things_of_one_name_it_is_told_how_many_are_kept() -> None:
    people = [thing(Box(x1=x, y1=0.5, x2=x + 0.1, y2=0.7), "the people") for x in (0, 0.12, 0.8)]
    assert fitted(MustStay(things=tuple(people)), TALL, IMAGE).notes == (
        "9:16 cannot hold the people together: 2 of 3 are kept.",
    )
    dog = thing(Box(x1=0.5, y1=0.5, x2=0.6, y2=0.7), "the dog")
    assert fitted(MustStay(things=(*people[:2], dog)), TALL, IMAGE).notes == (
        "The people and the dog do not fit into 9:16 together: the people come first.",
    )


sides = st.floats(0.01, 0.99)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x1, x2), (y1, y2) = (
        sorted(draw(st.lists(sides, min_size=2, max_size=2, unique_by=lambda v: round(v, 2))))
        for _ in range(2)
    )
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)


@given(st.lists(boxes(), min_size=1, max_size=5), st.integers(1, 20), st.integers(1, 20))
def test_all_parts_lie_in_one_box_of_the_shape_and_the_first_is_never_lost(
    found: list[Box], width: int, height: int
) -> None:
    target = Target(ratio=Ratio.of(width, height))
    stay = MustStay(things=tuple(thing(box) for box in found))
    parts = fitted(stay, target, IMAGE).parts
    assert parts[0].thing.box == found[0]
    rules = [Contains(part.pixels) for part in parts]
    pixels = solve(Box.whole(), target, rules, IMAGE)
    assert all(contains(pixels, part.pixels) for part in parts)
    limit = largest(Ratio.of(width, height), IMAGE)
    assert limit is not None
    bare = touched(found[0], IMAGE)
    if bare.size.width <= limit.width and bare.size.height <= limit.height:
        assert contains(pixels, bare)
