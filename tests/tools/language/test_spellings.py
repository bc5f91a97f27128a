"""Ways of writing that are one thing: what is left names no thing and no shape of its own."""

import pytest

from cropsmith.tools.language.reading import normalised
from cropsmith.tools.schema.request import Across, Down
from tests.tools.language.readings import read


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("theyre close", "they're close"),
        ("it'll be", "it'll be"),
        ("ratio of 0.8", "ratio 0.8:1"),
        ("ratio 3:2", "ratio 3:2"),
        ("the cars themselves must stay", "the cars must stay"),
    ],
)
def test_one_spelling(text: str, plain: str) -> None:
    assert normalised(text) == plain


@pytest.mark.parametrize(
    ("text", "ratios"),
    [
        ("for page 14: two-column slot, the kettle", [None]),
        ("slide 7: the kettle, 16:9", ["16:9"]),
        ("carousel of 3, each 4:5: the kettle", ["4:5"]),
        ("ratio 0.8, the kettle", ["4:5"]),
        ("the kettle. x header, the avatar covers the left", ["3:1"]),
    ],
)
def test_numbers_of_pages_and_names_of_places_are_no_shapes(
    text: str, ratios: list[str | None]
) -> None:
    intent = read(text)
    assert [t.ratio and str(t.ratio) for t in intent.targets] == ratios
    assert [p.text for p in intent.subjects] == ["kettle"]


@pytest.mark.parametrize(
    "text",
    [
        "the kettle, save it as png called kettle_03",
        "whatsapp status, the kettle",
        "mobile banner 320x50, the kettle",
        "the kettle, close. Oval maybe?",
    ],
)
def test_files_platforms_and_masks_are_no_subjects(text: str) -> None:
    assert [p.text for p in read(text).subjects] == ["kettle"]


@pytest.mark.parametrize(
    ("text", "across", "down"),
    [
        ("kettle a little right of centre", Across.RIGHT, None),
        ("the kettle a tad left of centre", Across.LEFT, None),
        ("the kettle lower half", None, Down.BOTTOM),
        ("the kettle about a third in from the left and low", Across.LEFT_THIRD, Down.LOWER_THIRD),
        ("the kettle whole with the flag on top", None, None),
    ],
)
def test_places(text: str, across: Across | None, down: Down | None) -> None:
    intent = read(text)
    assert (intent.placement.across, intent.placement.down) == (across, down)
    assert intent.subjects[0].text == "kettle"


def test_a_row_counted_from_one_side() -> None:
    (kettle,) = read("the blue kettle is second from the right").subjects
    assert kettle.position == "second from right"


@pytest.mark.parametrize(
    "text",
    [
        "ebay main image, the kettle",
        "the kettle, otherwise fine",
        "no faces visible (GDPR), the kettle",
        "i don't know what ratio they want, the kettle",
    ],
)
def test_remarks_are_not_told(text: str) -> None:
    assert not read(text).unclear


@pytest.mark.parametrize("text", ["the shop, straight on", "the kettle, like they do in adverts"])
def test_views_and_likenesses_are_told(text: str) -> None:
    assert read(text).unclear


def test_the_look_of_a_polaroid_is_told() -> None:
    assert read("can I have it like a polaroid").unclear
    assert not read("polaroid").unclear


def test_a_thing_on_top_of_another_is_no_strip_to_be_cut() -> None:
    intent = read("the kettle on top of the stove")
    assert [p.text for p in intent.subjects] == ["kettle atop the stove"] and not intent.edges


def test_the_tall_one_is_one_of_several() -> None:
    intent = read("the tall one, not the small one")
    assert intent.targets[0].ratio is None
    assert [p.text for p in intent.subjects] == ["tall one"]
