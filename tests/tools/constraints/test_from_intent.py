"""From intent and evidence to constraints."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.constraints.from_intent import check_all, constraints_for, with_margin
from cropsmith.tools.constraints.kinds import AtLeast, ClearSide, apart, contains, touched
from cropsmith.tools.constraints.relaxation import settle
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.constraints.things import Contains
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CopySpace, Intent, NeverCut, Phrase, Shot, Side, Target
from cropsmith.tools.schema.result import CheckKind

IMAGE = Size(width=4000, height=3000)
DOG = Evidence(
    kind=EvidenceKind.SUBJECT,
    box=Box(x1=0.55, y1=0.4, x2=0.7, y2=0.8),
    source="owlvit",
    phrase="dog",
)
FACE = Evidence(kind=EvidenceKind.FACE, box=Box(x1=0.1, y1=0.1, x2=0.2, y2=0.25), source="haar")
CAR = Evidence(
    kind=EvidenceKind.AVOID, box=Box(x1=0.8, y1=0.5, x2=1, y2=0.9), source="owlvit", phrase="car"
)
SQUARE = Target(ratio=Ratio.of(1, 1))


def intent(**wishes: object) -> Intent:
    return Intent.model_validate({"task": "subject", "targets": (SQUARE,), **wishes})


def kinds(found: Intent, *evidence: Evidence) -> list[CheckKind]:
    return [c.kind for c in constraints_for(found, SQUARE, evidence, IMAGE)]


def test_a_named_subject_must_be_inside_and_an_excluded_thing_outside() -> None:
    dog = intent(
        subjects=(Phrase(text="dog", head="dog"),), avoid=(Phrase(text="car", head="car"),)
    )
    constraints = constraints_for(dog, SQUARE, (DOG, FACE, CAR), IMAGE)
    pixels = solve(Box(x1=0.4, y1=0.2, x2=0.95, y2=0.9), SQUARE, constraints, IMAGE)
    assert pixels.right <= 3200 and pixels.left <= 2200
    assert all(check.ok for check in check_all(pixels, constraints))


def test_an_exclusion_that_would_leave_a_speck_yields() -> None:
    wall = CAR.model_copy(update={"box": Box(x1=0, y1=0.01, x2=1, y2=1)})
    without = intent(avoid=(Phrase(text="car", head="car"),))
    settled = settle(SQUARE, constraints_for(without, SQUARE, [wall], IMAGE), IMAGE)
    crop = solve(Box.whole(), SQUARE, settled.constraints, IMAGE)
    assert crop.size.width >= 0.39 * min(IMAGE.width, IMAGE.height)
    assert settled.notes == ()  # of what the chosen crop shows of it, that crop is asked


@pytest.mark.parametrize(("words", "several"), [("two dogs", True), ("everyone", False)])
def test_a_name_of_several_is_a_plural(words: str, several: bool) -> None:
    dogs = [
        DOG.model_copy(update={"phrase": words, "box": Box(x1=x, y1=0.4, x2=x + 0.1, y2=0.8)})
        for x in (0.3, 0.5)
    ]
    asked = intent(subjects=(Phrase(text=words, head=words),))
    rules = constraints_for(asked, SQUARE, dogs, IMAGE)
    assert {rule.several for rule in rules if isinstance(rule, Contains)} == {several}


def test_an_unnamed_subject_binds_nobody() -> None:
    assert CheckKind.SUBJECT not in kinds(intent(), DOG)


@pytest.mark.parametrize("told", [(), (NeverCut.FACES,)])
def test_a_face_is_inside_every_crop_told_or_not(told: tuple[NeverCut, ...]) -> None:
    asked = intent(never_cut=told)
    kind = CheckKind.NEVER_CUT if told else CheckKind.MUST_STAY
    assert kind in kinds(asked, FACE)
    constraints = constraints_for(asked, SQUARE, (FACE,), IMAGE)
    pixels = solve(Box(x1=0.5, y1=0.3, x2=1, y2=1), SQUARE, constraints, IMAGE)
    assert contains(pixels, touched(FACE.box, IMAGE))


def test_faces_beside_a_named_thing_are_whole_or_not_there() -> None:
    dog = intent(subjects=(Phrase(text="dog", head="dog"),))
    constraints = constraints_for(dog, SQUARE, (DOG, FACE), IMAGE)
    pixels = solve(Box(x1=0.15, y1=0.1, x2=0.9, y2=1), SQUARE, constraints, IMAGE)
    face = touched(FACE.box, IMAGE)
    assert contains(pixels, touched(DOG.box, IMAGE))
    assert contains(pixels, face) or apart(pixels, face)


def test_a_box_of_the_person_replaces_what_was_found() -> None:
    own = Box(x1=0.2, y1=0.2, x2=0.3, y2=0.3)
    constraints = constraints_for(intent(subject_box=own), SQUARE, (DOG,), IMAGE)
    pixels = solve(Box(x1=0.5, y1=0, x2=1, y2=1), SQUARE, constraints, IMAGE)
    assert pixels.left <= 800 and pixels.top <= 600
    assert pixels.right >= 1200 and pixels.bottom >= 900


def test_copy_space_is_free_of_subjects_and_faces() -> None:
    asked = intent(
        subjects=(Phrase(text="dog", head="dog"),),
        copy_space=CopySpace(side=Side.LEFT, share=0.4),
    )
    constraints = constraints_for(asked, SQUARE, (DOG, FACE), IMAGE)
    clear = next(c for c in constraints if isinstance(c, ClearSide))
    pixels = solve(Box.whole(), SQUARE, constraints, IMAGE)
    zone = clear.zone(pixels)
    assert zone.left == pixels.left and zone.right <= touched(DOG.box, IMAGE).left
    assert zone.size.width >= 0.4 * pixels.size.width


def test_a_margin_is_a_share_of_the_larger_side_and_ends_at_the_frame() -> None:
    image = Size(width=1000, height=500)
    box = Box(x1=0.1, y1=0.2, x2=0.5, y2=0.4)  # 400 x 100 pixels
    assert with_margin([box], 0.1, image).corners == pytest.approx((0.06, 0.12, 0.54, 0.48))
    assert with_margin([box], 1, image).corners == pytest.approx((0, 0, 0.9, 1))


def test_keep_out_zones_margins_and_sizes_become_constraints() -> None:
    asked = intent(
        subjects=(Phrase(text="dog", head="dog"),),
        keep_out=(Box(x1=0, y1=0, x2=0.1, y2=1),),
        margin=0.1,
        min_size=Size(width=1200, height=1200),
    )
    found = kinds(asked, DOG)
    assert {CheckKind.KEEP_OUT, CheckKind.MARGIN, CheckKind.MIN_SIZE, CheckKind.RATIO} <= {*found}


@pytest.mark.parametrize("width", [1, 7, 640, 4001, 99991])
def test_a_box_made_from_pixels_touches_just_those(width: int) -> None:
    image = Size(width=width, height=width)
    for left in {0, width // 3, width - 1}:
        pixels = PixelBox(left=left, top=left, right=width, bottom=left + 1)
        assert touched(pixels.normalised(image), image) == pixels


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.0, 0.8),
    st.floats(0.0, 0.8),
    st.floats(0.1, 0.9),
    st.sampled_from([None, Shot.HEADSHOT, Shot.HALF_BODY]),
    st.sampled_from(["man", "face"]),
)
def test_the_subjects_face_goes_before_what_is_to_go(
    x: float, y: float, side: float, shot: Shot | None, named: str
) -> None:
    face = FACE.model_copy(update={"box": Box.of((0.4, 0.25, 0.5, 0.45))})
    box = face.box if named == "face" else Box.of((0.3, 0.2, 0.6, 0.95))
    man = DOG.model_copy(update={"box": box, "phrase": named, "label": "person"})
    crowd = CAR.model_copy(update={"box": Box.of((x, y, min(1, x + side), min(1, y + side)))})
    asked = intent(
        subjects=(Phrase(text=named, head=named),), avoid=(Phrase(text="car", head="car"),),
        shot=shot,
    )  # fmt: skip
    settled = settle(SQUARE, constraints_for(asked, SQUARE, [man, face, crowd], IMAGE), IMAGE)
    crop = solve(Box.whole(), SQUARE, settled.constraints, IMAGE)
    assert contains(crop, touched(face.box, IMAGE))


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((2000, 1), "at least 2000 pixels in width"),
        ((1, 900), "at least 900 pixels in height"),
        ((800, 600), "at least 800x600 pixels"),
    ],
)
def test_a_least_size_of_one_side_names_that_side_alone(size: tuple[int, int], words: str) -> None:
    assert AtLeast(Size(width=size[0], height=size[1])).wish == words
