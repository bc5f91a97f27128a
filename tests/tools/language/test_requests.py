"""Requests in words of our own, of every kind that was once misread, with what a person means."""

import pytest

from cropsmith.tools.language import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import (
    Across,
    CropRequest,
    Down,
    Intent,
    NeverCut,
    Shot,
    Side,
    Tightness,
)

IMAGE = Size(width=6000, height=4000)


def read(text: str) -> Intent:
    return understand(CropRequest(text=text), IMAGE)


def shapes(intent: Intent) -> list[str]:
    return [
        f"{t.size.width}x{t.size.height}" if t.size and not t.at_most else str(t.ratio)
        for t in intent.targets
        if t.ratio
    ]


def heads(intent: Intent) -> list[str]:
    return [p.head for p in intent.subjects]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("a panorama of 3:1", ["3:1"]),
        ("exactly 1280 x 640 pixels", ["1280x640"]),
        ("1600 x 2000 px", ["1600x2000"]),
        ("5x7 inches at 300 dpi", ["1500x2100"]),
        ("5x7 inches, landscape, 300 dpi", ["2100x1500"]),
        ("9 by 13 cm at 254 dpi", ["900x1300"]),
        ("A5 at 254 dpi", ["1480x2100"]),
        ("21：9", ["7:3"]),
        ("2,35:1", ["47:20"]),
        ("not vertical", ["3:2"]),
        ("Etsy shop, square", ["1:1"]),
        ("2:1 facebook event", ["2:1"]),
        ("instagram story and a square", ["9:16", "1:1"]),
        ("the boats but not the banner", []),
        ("lots of landscape around her", []),
    ],
)
def test_shapes(text: str, shape: list[str]) -> None:
    assert shapes(read(text)) == shape


@pytest.mark.parametrize(
    ("text", "shot", "shape"),
    [
        ("square, tight portrait", Shot.PORTRAIT, ["1:1"]),
        ("3:2 portrait of the girl", Shot.PORTRAIT, ["3:2"]),
        ("portrait of my uncle", Shot.PORTRAIT, []),
        ("portrait", None, ["4:5"]),
        ("portrait orientation of the tower", None, ["4:5"]),
        ("A4 portrait", None, ["70:99"]),
        ("headshot of the boy, square", Shot.HEADSHOT, ["1:1"]),
        ("the singer from the waist up", Shot.HALF_BODY, []),
        ("the skater, head to toe", Shot.FULL_BODY, []),
        ("group photo, everyone in", Shot.GROUP, []),
        ("profile picture", Shot.HEADSHOT, ["1:1"]),
        ("square of the bridge, it's for a profile picture", None, ["1:1"]),
    ],
)
def test_genres_of_people(text: str, shot: Shot | None, shape: list[str]) -> None:
    intent = read(text)
    assert (intent.shot, shapes(intent)) == (shot, shape)


@pytest.mark.parametrize(
    ("text", "across", "down", "subject"),
    [
        ("hero banner, boat on the right", Across.RIGHT, None, "boat"),
        ("put the skier on the left", Across.LEFT, None, "skier"),
        ("16:9, windmill on the left third", Across.LEFT_THIRD, None, "windmill"),
        ("gull on the lower right third", Across.RIGHT_THIRD, Down.LOWER_THIRD, "gull"),
        ("the cake in the centre", Across.CENTER, None, "cake"),
        ("center the horse", Across.CENTER, None, "horse"),
        ("the moon near the top", None, Down.TOP, "moon"),
    ],
)
def test_placement(text: str, across: Across | None, down: Down | None, subject: str) -> None:
    intent = read(text)
    assert (intent.placement.across, intent.placement.down) == (across, down)
    assert heads(intent) == [subject] and intent.copy_space is None and not intent.unclear


def test_a_side_chooses_among_several_where_a_definite_thing_is_named() -> None:
    intent = read("the woman on the right, 4:5")
    assert intent.subjects[0].position == "rightmost" and intent.placement.across is None


@pytest.mark.parametrize(
    ("text", "horizon"),
    [
        ("more sky", Down.LOWER_THIRD),
        ("less sky please", Down.UPPER_THIRD),
        ("horizon low", Down.LOWER_THIRD),
        ("keep the horizon in the middle", Down.CENTER),
    ],
)
def test_the_horizon(text: str, horizon: Down) -> None:
    assert read(text).placement.horizon is horizon


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("I'd like the bottle to fill the frame", Tightness.FILL),
        ("make the barn smaller in the frame", Tightness.LOOSE),
        ("leave nothing out", Tightness.WIDEST),
        ("keep as much as possible", Tightness.WIDEST),
        ("not too tight", Tightness.LOOSE),
        ("don't fill the frame", Tightness.LOOSE),
        ("it's too tight", Tightness.LOOSE),
        ("tighter on his hands", Tightness.TIGHT),
    ],
)
def test_distance(text: str, how: Tightness) -> None:
    intent = read(text)
    assert intent.tightness is how and not intent.avoid


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("no heads cut off, square", NeverCut.FACES),
        ("vertical, no feet cut off", NeverCut.PEOPLE),
        ("you keep cutting off her feet", NeverCut.PEOPLE),
        ("don't crop out the lighthouse", NeverCut.SUBJECT),
        ("keep faces away from the edges", NeverCut.FACES),
        ("16:9 and square, keep the bottle in both", NeverCut.SUBJECT),
        ("everyone in the picture", NeverCut.PEOPLE),
    ],
)
def test_what_must_not_be_cut_is_never_left_out(text: str, kind: NeverCut) -> None:
    intent = read(text)
    assert kind in intent.never_cut and not intent.avoid


@pytest.mark.parametrize(
    ("text", "subject", "avoid"),
    [
        ("the groom, but leave the bride out of it", ["groom"], ["bride"]),
        ("crop out my ex", [], ["ex"]),
        ("there's a man on the left, crop him out", [], ["man"]),
        ("the three red kayaks not the blue one", ["red kayaks"], ["blue kayak"]),
        ("crop out everyone except the drummer", ["drummer"], []),
        ("everyone except the drummer", ["people"], ["drummer"]),
        ("make sure the number plate is not visible", [], ["number plate"]),
        ("the bin ruins it", [], ["bin"]),
        ("my cousin, the one with the hat", ["cousin with the hat"], []),
        ("the green tram, no people", ["green tram"], ["people"]),
        ("the cat, nobody else", ["cat"], ["everybody else"]),
    ],
)
def test_things_to_show_and_to_leave_out(text: str, subject: list[str], avoid: list[str]) -> None:
    intent = read(text)
    assert heads(intent) == subject
    assert [p.head for p in intent.avoid] == avoid


@pytest.mark.parametrize(
    ("text", "phrase", "side"),
    [
        ("cut everything left of the pole", "pole", Side.LEFT),
        ("everything to the right of the door can go", "door", Side.RIGHT),
        ("cut off all above the roof", "roof", Side.TOP),
        ("crop just below the knees", "knees", Side.BOTTOM),
    ],
)
def test_an_edge_at_a_thing(text: str, phrase: str, side: Side) -> None:
    intent = read(text)
    assert [(e.phrase, e.side) for e in intent.edges] == [(phrase, side)]
    assert [p.head for p in intent.landmarks] == [phrase] and not intent.subjects


def test_wishes_about_the_file_are_no_things() -> None:
    intent = read("remove the GPS location, webp under 300 kB, the fox")
    assert intent.file.without_location and not intent.file.without_metadata
    assert (intent.file.format, intent.file.most_bytes) == ("webp", 300_000)
    assert heads(intent) == ["fox"] and not intent.avoid
    assert read("no exif data").file.without_metadata


def test_room_where_a_thing_looks_is_no_room_for_words() -> None:
    intent = read("surfer, 9:16, looking room")
    assert intent.placement.looking_room and intent.copy_space is None
    intent = read("leave some air above her head")
    assert intent.placement.headroom and intent.copy_space is None


@pytest.mark.parametrize(
    "text",
    [
        "make her look younger",
        "whiten her teeth",
        "frobnicate the dog",
        "asdf jkl",
        "crop it like a movie star",
        "blur the background",
        "????",
        "leave some room for text",
        "less space above her head",
        "not a headshot",
    ],
)
def test_what_is_not_understood_is_said(text: str) -> None:
    intent = read(text)
    assert intent.unclear and not intent.subjects


@pytest.mark.parametrize(
    "text",
    ["Two girls feeding the ducks, 1958", "The old man sits on a bench without his hat on"],
)
def test_a_caption_commands_nothing(text: str) -> None:
    intent = understand(CropRequest(caption=text), IMAGE)
    plain = understand(CropRequest(), IMAGE)
    assert intent.subjects
    left = intent.model_copy(update={"subjects": (), "task": "free", "read_back": ""})
    assert left == plain.model_copy(update={"read_back": ""})


def test_words_go_before_the_caption() -> None:
    request = CropRequest(text="the duck", caption="Two girls feeding the ducks")
    assert heads(understand(request, IMAGE)) == ["duck"]
