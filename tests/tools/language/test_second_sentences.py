"""What strangers' requests were misread in without a word: trims, places, and the impossible."""

import pytest

from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import (
    Across,
    CropRequest,
    Down,
    Intent,
    Keep,
    NeverCut,
    Side,
    Tightness,
)


def read(text: str, *, width: int = 6000, height: int = 4000) -> Intent:
    return understand(CropRequest(text=text), Size(width=width, height=height))


def shown(intent: Intent) -> list[str]:
    return [phrase.head for phrase in intent.subjects]


def gone(intent: Intent) -> list[tuple[str, str | None]]:
    return [(phrase.head, phrase.position) for phrase in intent.avoid]


@pytest.mark.parametrize(
    ("text", "head", "position"),
    [
        ("just the left page of the book", "page of the book", "leftmost"),
        ("cut the left page of the atlas only please", "page of the atlas", "leftmost"),
        ("only the bottom poster on the wall", "poster on the wall", "bottommost"),
        ("the middle column of the menu please", "column of the menu", "middle"),
        ("crop to the right page of the hymn book", "page of the hymn book", "rightmost"),
    ],
)
def test_a_side_before_a_page_says_which_one(text: str, head: str, position: str) -> None:
    subject = read(text).subjects[0]
    assert (subject.head, subject.position) == (head, position)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("crop out the bins on the left", "without the bins on the left"),
        ("the boats on the right", "to the boats on the right"),
        ("crop out the bin on the left", "without the leftmost bin"),
        ("der Leuchtturm, die Mülltonnen rechts weg", "without the trash cans on the right"),
    ],
)
def test_several_on_a_side_are_told_to_be_all_of_them(text: str, told: str) -> None:
    assert told in read(text).read_back


def test_the_rule_of_thirds_makes_a_side_a_third() -> None:
    assert read("rule of thirds, ferry on the right").placement.across is Across.RIGHT_THIRD
    assert read("ferry on the left").placement.across is Across.LEFT
    low = read("use the rule of thirds, put the ferry at the bottom")
    assert low.placement.down is Down.LOWER_THIRD


@pytest.mark.parametrize(
    ("text", "strips"),
    [
        ("10% off each side", 4),
        ("take 5% off all sides", 4),
        ("trim 3% from each edge", 4),
        ("crop in 10% from each side", 4),
        ("5% off both sides please", 2),
        ("5% off the top", 1),
        ("10% off the top and the bottom", 2),
        ("take 100px off each side", 4),
        ("crop 50 px all round", 4),
    ],
)
def test_a_share_off_sides_is_cut_and_is_no_margin(text: str, strips: int) -> None:
    intent = read(text)
    assert len(intent.keep_out) == strips and intent.margin is None


def test_pixels_at_a_side_are_exact_and_told_to_a_tenth_of_a_percent() -> None:
    intent = read("cut off 200 px at the left, it's got the date stamp on")
    assert intent.keep_out[0].x2 * 6000 == pytest.approx(200, abs=1)
    assert "the left 3.3%" in intent.read_back and not intent.subjects
    assert not read("leave 200 px at the left").keep_out
    left, right, top, bottom = read("trim 60 px all round", width=600, height=1200).keep_out
    assert (left.x2, right.x1, top.y2, bottom.y1) == pytest.approx((0.1, 0.9, 0.05, 0.95))


@pytest.mark.parametrize(
    "text",
    [
        "cut 120 px off the top. Everything else stays",
        "could you crop out the vans on the right? The rest can stay as it is",
        "can you cut out the vans on the left. Everything else should stay as is",
        "remove 60px from the right and leave the rest",
        "The picture's fine but there's a cable at the top. Cut it off",
    ],
)
def test_what_may_stay_stays(text: str) -> None:
    intent = read(text)
    assert intent.tightness is Tightness.WIDEST and not intent.keep and not intent.subjects


@pytest.mark.parametrize(
    ("text", "out"),
    [
        (
            "there's a thumb bottom left and a bit of a scarf on the right. Trim both.",
            [("thumb", "bottom left"), ("scarf", "rightmost")],
        ),
        (
            "a straw bottom right, a napkin on the left. Cut them off.",
            [("straw", "bottom right"), ("napkin", "leftmost")],
        ),
        (
            "there are two cones on the left and a skip on the right. lose those",
            [("cones", "leftmost"), ("skip", "rightmost")],
        ),
        (
            "there's a strap over the lens, top left. crop it away",
            [("strap over the lens", "top left")],
        ),
        ("sponsor's logo top right out", [("sponsor's logo", "top right")]),
        ("I'd prefer not to see the stall next door", [("next-door stall", None)]),
        (
            "crop so nobody can see where we live, there's a street sign on the right",
            [("street sign", "rightmost")],
        ),
    ],
)
def test_what_a_second_sentence_trims_is_out(text: str, out: list[tuple[str, str]]) -> None:
    intent = read(text)
    assert gone(intent) == out
    assert not intent.subjects and not (intent.placement.across or intent.placement.down)


def test_what_is_kept_after_a_trim_is_kept() -> None:
    intent = read("it has my address at the top and my tabs, crop those out, keep the map complete")
    assert shown(intent) == ["map"]
    assert [head for head, _ in gone(intent)] == ["address", "tabs"]


def test_a_wish_between_is_not_swallowed_by_a_trim() -> None:
    intent = read("there's a dog, crop to the oak, and a cat on the right, cut both")
    assert not gone(intent)


def test_a_thing_that_follows_others_is_cropped_off_and_doubted() -> None:
    intent = read("The cake and the candles, square. Crop the plates")
    assert shown(intent) == ["cake", "candles"] and gone(intent) == [("plates", None)]
    assert "crop the plates" in intent.doubtful
    assert shown(read("crop the plates")) == ["plates"]
    assert shown(read("two people. crop the one on the left")) == ["people"]
    sky = read("crop the sky, keep the boats")
    assert shown(sky) == ["boats"] and gone(sky) == [("sky", None)] and sky.doubtful


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("for the school newsletter, both teams and the cup", ["teams", "cup"]),
        ("leave the right side clear for our greetings, all 4 kids and the pony", ["kids", "pony"]),
        ("need this for the leaflet, the mill and the bridge", ["mill", "bridge"]),
        ("for the blog, the soup must be completely readable", ["soup"]),
        ("for the poster, the flyer and the website", []),
        ("for my mum, my dad and my sister", []),
    ],
)
def test_what_follows_a_purpose_is_shown(text: str, subjects: list[str]) -> None:
    assert shown(read(text)) == subjects


@pytest.mark.parametrize(
    "text",
    [
        "the harbour. It's ok if the swimmers get cut",
        "the harbour, it's fine if the swimmers are cut off",
        "the harbour. I'm happy if the swimmers go",
    ],
)
def test_what_may_be_cut_is_no_must(text: str) -> None:
    intent = read(text)
    assert shown(intent) == ["harbour"] and not intent.avoid


@pytest.mark.parametrize(
    "text",
    [
        "the whole barn, and the tractor if it fits",
        "the whole barn, and if possible the tractor",
        "the barn and the tractor if there's room",
    ],
)
def test_what_is_wished_if_it_fits_is_told_to_be_sought_like_the_rest(text: str) -> None:
    assert any("tractor if possible" in words for words in read(text).unclear)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("as big as possible in 4:3, don't lose the flag", Tightness.WIDEST),
        ("16:9, as large as possible", Tightness.WIDEST),
        ("make the dog as big as possible", Tightness.FILL),
        ("the boat, as big as possible", Tightness.FILL),
        ("crop the barn tightly", Tightness.TIGHT),
    ],
)
def test_how_big_the_crop_or_the_thing(text: str, near: Tightness) -> None:
    assert read(text).tightness is near


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("remove the pole that's growing out of dad's head", "what lies aside"),
        ("delete the branch sticking out of her hat", "what lies aside"),
        ("crop out the guy in between us", "what lies aside"),
        ("make the picture wider", "no more than the photo"),
        ("i want to see more of the quay on the right", "no more than the photo"),
        ("same crop but square", "earlier crop"),
        ("same thing in 16:9", "earlier crop"),
        ("a bit tighter", "the shape may change"),
        ("max crop 30%, the swan", "max crop 30%"),
        ("what size is this? square", "what size"),
        ("no bigger than 2000 px", "no bigger than 2000 px"),
        ("kite in the upper right corner, rest empty sky", "rest empty sky"),
    ],
)
def test_what_no_crop_does_for_sure_is_told(text: str, told: str) -> None:
    assert any(told in words for words in read(text).unclear)


def test_two_versions_of_the_same_thing_want_no_earlier_crop() -> None:
    assert not read("a portrait and a square version of the same thing, the lady").unclear


def test_a_limit_is_no_least_size() -> None:
    assert read("not larger than 1200x800").min_size is None
    assert read("larger than 1200x800").min_size == Size(width=1200, height=800)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("pls no half people at the edges", NeverCut.PEOPLE),
        ("avoid partial people at the sides", NeverCut.PEOPLE),
        ("no half faces", NeverCut.FACES),
        ("just the faces, everybody in it", NeverCut.FACES),
    ],
)
def test_nobody_is_cut_in_half(text: str, kind: NeverCut) -> None:
    intent = read(text)
    assert intent.never_cut == (kind,) and not intent.avoid


@pytest.mark.parametrize(
    "text",
    [
        "can u crop it so the bird is flying into the picture not out of it",
        "the bird riding into the frame",
        "crop so the bird is sailing into the photo rather than out of it",
    ],
)
def test_moving_into_the_picture_wants_room_ahead(text: str) -> None:
    intent = read(text)
    assert intent.placement.looking_room and shown(intent)[0].startswith("bird")


def test_a_place_with_a_reason_is_where_it_is_to_lie() -> None:
    intent = read("phone wallpaper, iphone, the tulips at the bottom so the clock isnt over them")
    assert shown(intent) == ["tulips"] and intent.placement.down is Down.BOTTOM


def test_a_clock_is_a_thing_of_the_photo_unless_a_phone_shows_it() -> None:
    clock = read("the clock in the upper third")
    assert shown(clock) == ["clock"] and clock.copy_space is None
    for text in ("the clock goes at the top", "room at the top for the clock"):
        phone = read(f"phone wallpaper, {text}")
        assert not shown(phone) and phone.copy_space is not None


def test_a_map_is_cropped_to_what_is_on_it() -> None:
    assert shown(read("crop the map to the old town")) == ["old town"]
    assert shown(read("crop the road to the village")) == ["road to the village"]


def test_it_is_what_was_spoken_of() -> None:
    assert shown(read("there's a bee on the flower. crop to it")) == ["bee on the flower"]


def test_who_must_not_be_shared_is_out() -> None:
    intent = read(
        "My son's on the left of the stage. Just him. We're not allowed to share the others"
    )
    assert shown(intent) == ["son"] and gone(intent) == [("everybody else", None)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tag der offenen Tür: Querformat, nur das Tor", "de"),
        ("Journée portes ouvertes, la tour en carré", "fr"),
    ],
)
def test_an_open_day_has_no_door(text: str, language: str) -> None:
    intent = read(text)
    assert intent.language == language and "door" not in shown(intent)


def test_a_face_in_italian_is_a_headshot() -> None:
    intent = read("Ritaglia solo il viso, formato fototessera")
    assert not intent.subjects and intent.passport is not None


def test_a_place_in_the_file_goes() -> None:
    assert read("the location thing in the file should be gone").file.keep is not Keep.NONE
    assert "without the location" in read("the location thing in the file should be gone").read_back


def test_room_is_not_kept_where_a_logo_is_to_go() -> None:
    assert read("logo bottom left out please").copy_space is None
    space = read("leave room bottom left for the logo").copy_space
    assert space is not None and space.side in (Side.BOTTOM, Side.LEFT)


@pytest.mark.parametrize(
    "text",
    [
        "bitte 10% von jeder Seite abschneiden",
        "couper 10% de chaque côté",
        "taglia il 10% da ogni lato",
        "recorta 10% de cada lado",
        "corte 10% de cada lado",
    ],
)
def test_each_side_in_other_languages_names_nobody(text: str) -> None:
    intent = read(text)
    assert len(intent.keep_out) == 4 and not intent.subjects


def test_a_photobomber_may_be_asked_to_go() -> None:
    intent = read("There is a photobomber at the back, middle. Can he go?")
    assert not intent.subjects and not intent.placement.across
    assert gone(intent) == [("photobomber at the back", None)]


def test_who_asks_is_one_of_two() -> None:
    assert shown(read("my wife and I, the waiter has to go")) == ["wife", "me"]
