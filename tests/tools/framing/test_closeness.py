"""Filling the frame, small in the frame, and the least cut away."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.constraints.shots import SidesWithin
from cropsmith.tools.constraints.sizes import largest
from cropsmith.tools.framing.framing import framing_of
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Across, CopySpace, Phrase, Placement, Side, Tightness
from tests.tools.framing.pictures import IMAGE, asking, cropped, person, subject

TOWER = (Phrase(text="tower", head="tower"),)
SHAPES = st.sampled_from(["1:1", "4:5", "16:9", None])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(600, 2000),
    st.integers(500, 1200),
    st.integers(50, 400),
    st.integers(50, 400),
    SHAPES,
)
def test_what_fills_the_frame_spans_it_one_way_and_is_whole(
    x: int, y: int, wide: int, high: int, shape: str | None
) -> None:
    found = subject(person(x, y, x + wide, y + high), "tower")
    asked = asking(shape, subjects=TOWER, tightness=Tightness.FILL)
    crop, notes = cropped(asked, [found])
    assert crop.left <= x and crop.right >= x + wide
    assert crop.top <= y and crop.bottom >= y + high
    spans = (wide / crop.size.width, high / crop.size.height)
    assert max(spans) >= 0.88 or notes


@settings(max_examples=40, deadline=None)
@given(st.integers(900, 1900), st.integers(700, 1100), st.integers(50, 200), SHAPES)
def test_what_stands_small_takes_a_third_at_most(
    x: int, y: int, side: int, shape: str | None
) -> None:
    found = subject(person(x, y, x + side, y + side), "tower")
    asked = asking(shape, subjects=TOWER, tightness=Tightness.LOOSE)
    crop, notes = cropped(asked, [found])
    assert notes == ()
    assert side / min(crop.size.width, crop.size.height) <= 0.361


def test_a_tower_as_high_as_the_photo_cannot_be_small_and_it_is_told() -> None:
    found = subject(person(1300, 100, 1700, 1900), "tower")
    crop, notes = cropped(asking("3:2", subjects=TOWER, tightness=Tightness.LOOSE), [found])
    assert crop.size == IMAGE
    assert notes == ("The photo shows too little round the tower to make it smaller than this.",)


@given(st.sampled_from(["1:1", "4:5", "16:9", "21:9", "9:16"]))
@settings(max_examples=5, deadline=None)
def test_the_least_is_cut_away(shape: str) -> None:
    crop, _ = cropped(asking(shape, tightness=Tightness.WIDEST), [])
    assert crop.size == largest(Ratio.parse(shape), IMAGE)


def test_without_a_shape_nothing_is_cut_away() -> None:
    crop, _ = cropped(asking(tightness=Tightness.WIDEST), [])
    assert crop.size == IMAGE


@settings(max_examples=60, deadline=None)
@given(
    st.integers(600, 2000), st.integers(500, 1200), st.integers(50, 400), st.integers(50, 400),
    SHAPES, st.booleans(),
)  # fmt: skip
def test_a_close_crop_is_about_the_thing_however_small_it_is(
    x: int, y: int, wide: int, high: int, shape: str | None, alone: bool
) -> None:
    found = subject(person(x, y, x + wide, y + high), "tower")
    how = {"alone": True} if alone else {"tightness": Tightness.TIGHT}
    crop, notes = cropped(asking(shape, subjects=TOWER, **how), [found])
    assert crop.left <= x and crop.right >= x + wide
    assert crop.top <= y and crop.bottom >= y + high
    assert max(wide / crop.size.width, high / crop.size.height) >= 0.68
    if shape is None:
        assert 0.45 <= crop.size.width / crop.size.height <= 2.2 or max(wide, high) > 2 * min(
            wide, high
        )
    assert any("is small in this photo" in note for note in notes) == (
        max(wide, high) / 0.7 < 319.5
    )


def test_a_doubtful_thing_is_not_cropped_to_a_speck() -> None:
    found = subject(person(1000, 1000, 1040, 1040), "tower").model_copy(update={"confidence": 0.05})
    crop, _ = cropped(asking("1:1", subjects=TOWER, tightness=Tightness.TIGHT), [found])
    assert crop.size.width >= 400


def test_pixels_that_forbid_a_close_crop_are_told() -> None:
    found = subject(person(1000, 1000, 1200, 1200), "tower")
    close = asking("1:1", subjects=TOWER, tightness=Tightness.TIGHT)
    crop, notes = cropped(
        close.model_copy(update={"min_size": Size(width=900, height=900)}), [found]
    )
    assert crop.size.width == 900
    assert (
        "Closer to the tower there are fewer than the 900x900 pixels that were asked for." in notes
    )


def test_room_asked_for_elsewhere_outranks_nothing_else() -> None:
    space = CopySpace(side=Side.LEFT)
    assert asking("1:1", subjects=TOWER, alone=True).closeness is Tightness.TIGHT
    assert asking("1:1", subjects=TOWER, alone=True, copy_space=space).closeness is Tightness.NORMAL


@pytest.mark.parametrize("shape", ["1:1", "16:9", None])
def test_much_empty_room_keeps_nearly_all_that_the_shape_can_show(shape: str | None) -> None:
    found = person(2500, 1500, 2600, 1800)
    crop, _ = cropped(asking(shape, tightness=Tightness.LOOSE), [found])
    most = IMAGE if shape is None else largest(Ratio.parse(shape), IMAGE)
    assert most is not None and crop.size.width >= 0.9 * most.width
    assert crop.right >= 2630 and crop.bottom >= 1890  # with room beside and below


@pytest.mark.parametrize(
    "doubt", [{"confidence": 0.2}, {"guessed": True, "label": "car"}], ids=["unlikely", "guess"]
)
@pytest.mark.parametrize(
    "wishes",
    [{}, {"alone": True}, {"tightness": Tightness.TIGHT}, {"tightness": Tightness.FILL},
     {"placement": Placement(across=Across.RIGHT_THIRD)}],
    ids=["named", "alone", "tight", "fill", "placed"],
)  # fmt: skip
def test_a_guess_is_never_gone_close_to(wishes: dict[str, Any], doubt: dict[str, Any]) -> None:
    sure = subject(person(1000, 900, 1200, 1100), "tower").model_copy(update={"confidence": 0.9})
    asked = asking("1:1", subjects=TOWER, **wishes)
    crop, notes = cropped(asked, [sure.model_copy(update=doubt)])
    assert crop.size.width >= 0.9 * IMAGE.height
    assert any("does not go close" in note for note in notes) == ("tightness" in wishes)
    near, _ = cropped(asking("1:1", subjects=TOWER, tightness=Tightness.TIGHT), [sure])
    assert near.size.width < 400


def test_several_answers_about_a_guess_may_differ() -> None:
    car = subject(person(1000, 900, 1200, 1100), "tower").model_copy(update={"guessed": True})
    widths = [
        min(
            wish.constraint.width.low
            for wish in framing_of(asked, asked.targets[0], [car], IMAGE).wishes
            if isinstance(wish.constraint, SidesWithin)
        )
        for asked in (asking("1:1", subjects=TOWER, alternatives=n) for n in (1, 3))
    ]
    assert widths[0] > widths[1] > IMAGE.height / 2
