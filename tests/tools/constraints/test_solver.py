"""The solver's two promises, proved on small grids: what it reports holds, and is the best."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.tools.constraints.best_first import MISSED, Search, search
from cropsmith.tools.constraints.from_intent import check_all
from cropsmith.tools.constraints.kinds import (
    AtLeast,
    ClearSide,
    Constraint,
    HasRatio,
)
from cropsmith.tools.constraints.relaxation import Conflict, settle
from cropsmith.tools.constraints.sizes import INEXACT
from cropsmith.tools.constraints.solver import output_size, solve
from cropsmith.tools.constraints.things import Contains, Excludes, NotCut
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Side, Target
from cropsmith.tools.schema.result import CheckKind

SIDE = 9
"""Largest side of the small grids; a 9x9 image has 2,025 boxes, and every one is tried."""


@st.composite
def pixel_boxes(draw: st.DrawFn, image: Size) -> PixelBox:
    left, right = sorted(
        draw(st.lists(st.integers(0, image.width), min_size=2, max_size=2, unique=True))
    )
    top, bottom = sorted(
        draw(st.lists(st.integers(0, image.height), min_size=2, max_size=2, unique=True))
    )
    return PixelBox(left=left, top=top, right=right, bottom=bottom)


@st.composite
def constraint(draw: st.DrawFn, image: Size) -> Constraint:
    box = draw(pixel_boxes(image))
    match draw(st.sampled_from(["contains", "excludes", "whole", "whole", "clear", "size"])):
        case "contains":
            return Contains(box, slack=draw(st.sampled_from([0.0, 0.15, 0.5])))
        case "excludes":
            return Excludes(box, "it", slack=draw(st.sampled_from([-0.1, 0.0, 0.05, 0.5])))
        case "whole":
            return NotCut(box, "it")
        case "size":
            return AtLeast(box.size)
    share = draw(st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.9]))
    obstacles = tuple(draw(st.lists(pixel_boxes(image), min_size=1, max_size=2)))
    return ClearSide(draw(st.sampled_from(list(Side))), share, obstacles)


@st.composite
def problems(draw: st.DrawFn) -> tuple[Size, Box, Ratio | None, list[Constraint]]:
    image = Size(width=draw(st.integers(1, SIDE)), height=draw(st.integers(1, SIDE)))
    wish = draw(pixel_boxes(image)).normalised(image)
    ratio = draw(
        st.none() | st.builds(Ratio.of, st.integers(1, SIDE + 2), st.integers(1, SIDE + 2))
    )
    constraints = draw(st.lists(constraint(image), max_size=4))
    # A crop has one copy space: the solver searches one axis through for it.
    clear = [c for c in constraints if isinstance(c, ClearSide)]
    return image, wish, ratio, [c for c in constraints if c not in clear[1:]]


@settings(max_examples=50, deadline=None)
@given(problems(), st.data())
def test_an_earlier_wish_leaves_no_trace(
    problem: tuple[Size, Box, Ratio | None, list[Constraint]], more: st.DataObject
) -> None:
    image, first, ratio, constraints = problem
    second = more.draw(pixel_boxes(image)).normalised(image)
    crops = Search(constraints, image, ratio)
    together = [crops.nearest(wish) for wish in (first, second, first)]
    assert together == [search(wish, ratio, constraints, image) for wish in (first, second, first)]


def every_box(image: Size) -> Iterator[PixelBox]:
    for left in range(image.width):
        for right in range(left + 1, image.width + 1):
            for top in range(image.height):
                for bottom in range(top + 1, image.height + 1):
                    yield PixelBox(left=left, top=top, right=right, bottom=bottom)


def value(pixels: PixelBox, wish: Box, ratio: Ratio | None, image: Size) -> float:
    size = pixels.size
    exact = ratio is None or size.width * ratio.height == size.height * ratio.width
    return pixels.normalised(image).iou(wish) - (0 if exact else INEXACT)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_answer_is_the_best_legal_box_and_none_means_none(
    problem: tuple[Size, Box, Ratio | None, list[Constraint]],
) -> None:
    image, wish, ratio, constraints = problem
    asked = [*constraints, *([HasRatio(ratio)] if ratio else [])]
    legal = [box for box in every_box(image) if all(c.ok for c in check_all(box, asked))]
    found = search(wish, ratio, constraints, image)
    if found is None:
        assert legal == []
        return
    assert all(c.ok for c in check_all(found, asked))
    assert found.right <= image.width and found.bottom <= image.height
    best = max(value(box, wish, ratio, image) for box in legal)
    if best < MISSED - 1e-9:
        wish = Box.whole()
        best = max(value(box, wish, ratio, image) for box in legal)
    assert value(found, wish, ratio, image) == pytest.approx(best, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(problems())
def test_a_conflict_names_a_smallest_core_and_a_relaxation_that_works(
    problem: tuple[Size, Box, Ratio | None, list[Constraint]],
) -> None:
    image, wish, ratio, constraints = problem
    target = Target(ratio=ratio)
    try:
        solve(wish, target, constraints, image)
    except Conflict as error:
        assert search(wish, None, error.conflicting, image) is None
        for one in error.conflicting:
            rest = [c for c in error.conflicting if c is not one]
            assert search(wish, None, rest, image) is not None
        assert all(c.ok for c in check_all(error.pixels, error.relaxed))
        assert error.given_up and "It works" in str(error)


@settings(max_examples=100, deadline=None)
@given(
    st.integers(20, 9000), st.integers(20, 9000), st.integers(1, 30), st.integers(1, 30),
    st.tuples(*[st.floats(0, 1)] * 4),
)  # fmt: skip
def test_a_ratio_holds_to_the_pixel_at_any_size(
    width: int, height: int, p: int, q: int, corners: tuple[float, float, float, float]
) -> None:
    image, ratio = Size(width=width, height=height), Ratio.of(p, q)
    xs, ys = sorted(corners[:2]), sorted(corners[2:])
    wish = Box.of((xs[0], ys[0], max(xs[1], xs[0] + 1e-3), max(ys[1], ys[0] + 1e-3))) if (
        xs[0] < 0.999 and ys[0] < 0.999
    ) else Box.whole()  # fmt: skip
    size = solve(wish, Target(ratio=ratio), [], image).size
    assert 2 * abs(size.width * ratio.height - size.height * ratio.width) <= max(
        ratio.width, ratio.height
    )


def test_four_to_five_of_24_megapixels_is_exact_where_a_grid_of_1000_is_not() -> None:
    image = Size(width=6000, height=4000)
    wish = Box(x1=0.233, y1=0, x2=0.766, y2=1)  # as near as 0-1000 comes to 4:5
    pixels = solve(wish, Target(ratio=Ratio.parse("4:5")), [], image)
    assert pixels.size == Size(width=3200, height=4000)


def test_an_asked_size_is_the_output_and_is_reached_without_upscaling() -> None:
    image = Size(width=6000, height=4000)
    asked = Size(width=1080, height=1350)
    small = Box(x1=0.5, y1=0.5, x2=0.6, y2=0.6)
    pixels = solve(small, Target(size=asked), [], image)
    assert pixels.size.width >= 1080 and pixels.size.height >= 1350
    assert output_size(pixels, Target(size=asked)) == asked
    allowed = solve(small, Target(size=asked), [], image, upscale=True)
    assert allowed.size.width < 1080
    assert output_size(allowed, Target(size=asked), upscale=True) == asked


def test_a_photo_too_small_for_a_firm_size_is_told_what_would_work() -> None:
    image = Size(width=800, height=600)
    with pytest.raises(Conflict) as caught:
        solve(Box.whole(), Target(size=Size(width=1080, height=1350)), [], image)
    assert "1080x1350 pixels without upscaling" in str(caught.value)
    assert caught.value.hint == (
        "It works at 480x600 pixels. --upscale (upscale=True) enlarges it to 1080x1350 pixels."
    )


def test_a_preset_size_shrinks_with_the_photo() -> None:
    image = Size(width=800, height=600)
    target = Target(size=Size(width=1080, height=1350), at_most=True)
    pixels = solve(Box.whole(), target, [], image)
    assert pixels.size == output_size(pixels, target) == Size(width=480, height=600)


def test_a_conflict_reads_like_a_sentence() -> None:
    image = Size(width=100, height=100)
    dog = Contains(PixelBox(left=10, top=10, right=60, bottom=60), "the dog")
    car = Excludes(PixelBox(left=50, top=50, right=90, bottom=90), "the car")
    with pytest.raises(Conflict) as caught:
        solve(Box.whole(), Target(), [dog, car], image)
    assert str(caught.value) == (
        "No crop of this photo has the dog inside and the car left out together. "
        "It works with 8% of the car showing and with 86% of the dog, cut on the right."
    )


def test_room_round_what_goes_is_kept_where_it_costs_nothing_and_yields_silently() -> None:
    image = Size(width=100, height=100)
    car = Excludes(PixelBox(left=50, top=0, right=100, bottom=100), "the car", slack=-0.1)
    free = settle(Target(), [car], image)
    assert solve(Box.whole(), Target(), free.constraints, image).right == 45
    dog = Contains(PixelBox(left=10, top=10, right=48, bottom=60), "the dog")
    beside = settle(Target(), [dog, car], image)
    assert solve(Box.whole(), Target(), beside.constraints, image).right in range(48, 51)
    assert beside.notes == ()


def test_an_exclusion_yields_to_what_must_stay_and_as_little_as_possible_shows() -> None:
    image = Size(width=100, height=100)
    dog = Contains(PixelBox(left=10, top=10, right=60, bottom=60), "the dog")
    car = Excludes(PixelBox(left=40, top=0, right=90, bottom=100), "the car")
    settled = settle(Target(), [dog, car], image)
    pixels = solve(Box.whole(), Target(), settled.constraints, image)
    assert pixels.left <= 10 and pixels.right >= 52  # most of the dog
    assert pixels.right < 60  # the car is cut as far as that allows
    assert any("dog is cut on one side" in note for note in settled.notes)  # by 14 %


def test_what_nobody_asked_for_yields_half_to_an_exclusion() -> None:
    image = Size(width=100, height=100)
    boat = Contains(PixelBox(left=10, top=10, right=60, bottom=60), "the boat", CheckKind.MUST_STAY)
    car = Excludes(PixelBox(left=40, top=0, right=90, bottom=100), "the car")
    settled = settle(Target(), [boat, car], image)
    pixels = solve(Box.whole(), Target(), settled.constraints, image)
    assert 38 <= pixels.right <= 42 and pixels.left <= 10
    assert settled.notes == ("The boat is cut on one side to leave the car out.",)


def test_copy_space_shrinks_before_anything_that_must_stay_is_cut() -> None:
    image = Size(width=160, height=90)
    boat = PixelBox(left=30, top=20, right=130, bottom=80)
    space = ClearSide(Side.LEFT, 1 / 3, (boat,))
    settled = settle(Target(), [Contains(boat, "the boat", CheckKind.MUST_STAY), space], image)
    pixels = solve(Box.whole(), Target(), settled.constraints, image)
    assert pixels.left == 0 and pixels.right >= 130
    assert settled.notes == ("There is room for only 23% free on the left, not 33%.",)


def test_a_strip_beside_a_thing_that_reaches_the_edge_is_no_free_room() -> None:
    image = Size(width=160, height=90)
    boat = PixelBox(left=8, top=20, right=130, bottom=80)
    rules: list[Constraint] = [
        Contains(boat, "the boat", CheckKind.MUST_STAY), ClearSide(Side.LEFT, 1 / 3, (boat,)),
    ]  # fmt: skip
    notes = settle(Target(), rules, image).notes
    assert notes == ("There is no free room on the left beside what must stay.",)
    with pytest.raises(Conflict) as caught:
        settle(Target(size=Size(width=320, height=180)), rules, image)
    assert caught.value.hint == (
        "It works at 160x90 pixels and with no free room on the left."
        " --upscale (upscale=True) enlarges it to 320x180 pixels."
    )


def test_several_of_one_name_are_cut_and_what_no_shape_holds_is_told_once() -> None:
    image = Size(width=100, height=100)
    people = Contains(PixelBox(left=10, top=10, right=60, bottom=60), "the people", several=True)
    car = Excludes(PixelBox(left=52, top=0, right=90, bottom=100), "the car")
    (note,) = settle(Target(), [people, car], image).notes
    assert note.startswith("The people are cut ")
    zones = [
        Excludes(PixelBox(left=0, top=y, right=100, bottom=y + 30), "a zone", CheckKind.KEEP_OUT)
        for y in (0, 70)
    ]
    tall = Contains(PixelBox(left=10, top=0, right=60, bottom=100), "a boat", CheckKind.MUST_STAY)
    (note,) = settle(Target(), [tall, *zones], image).notes
    assert note.endswith("its middle is kept.")
    assert settle(Target(), [replace(tall, part="middle"), *zones], image).notes == ()


def test_a_zone_drawn_over_what_was_asked_for_is_refused_and_over_a_face_it_is_not() -> None:
    image = Size(width=100, height=100)
    box = PixelBox(left=30, top=30, right=60, bottom=60)
    zone = Excludes(PixelBox(left=0, top=0, right=100, bottom=70), "a zone", CheckKind.KEEP_OUT)
    with pytest.raises(Conflict):
        settle(Target(), [Contains(box, "the dog"), zone], image)
    settled = settle(Target(), [Contains(box, "a face", CheckKind.MUST_STAY), zone], image)
    assert settled.constraints == (zone,)
    assert settled.notes == ("A face could not be kept beside all else that was asked.",)


def test_the_largest_possible_copy_space_is_offered() -> None:
    image = Size(width=100, height=50)
    subject = PixelBox(left=30, top=0, right=100, bottom=50)
    wanted = ClearSide(Side.LEFT, 0.5, (subject,))
    with pytest.raises(Conflict) as caught:
        solve(Box.whole(), Target(), [Contains(subject), wanted], image)
    assert "30% free on the left" in caught.value.hint
