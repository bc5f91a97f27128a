"""What words say of straightening."""

import pytest

from cropsmith.tools.language.straightening import why_not_turned
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Intent

PHOTO = Size(width=1200, height=800)


def read(text: str, **more: object) -> Intent:
    return understand(CropRequest.model_validate({"text": text, **more}), PHOTO)


@pytest.mark.parametrize(
    "text",
    [
        "straighten the horizon",
        "Straighten it",
        "level it",
        "straighten the photo please",
        "make the horizon level",
        "fix the horizon",
        "the horizon is crooked",
        "can you straighten it if you can",
        "the photo is tilted",
        "Horizont begradigen",
        "Bitte den Horizont gerade ausrichten",
        "Der Horizont ist schief, bitte begradigen",
        "begradige das Foto",
        "redresser l'horizon",
        "Redresse la photo, s'il te plaît",
        "endereza el horizonte",
        "la foto está torcida",
        "raddrizza l'orizzonte",
        "endireita o horizonte",
        "por favor endireite a foto",
    ],
)
def test_the_lines_say_by_how_much_and_the_rest_stays(text: str) -> None:
    intent = read(text)
    assert (intent.straighten, intent.keep, intent.unclear) == ("auto", True, ())
    assert "leave it as it is otherwise" in intent.read_back


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("straighten the horizon and crop to 7x5", "7:5"),
        ("straighten it, square", "1:1"),
        ("horizon's wonky. fix it and give me 21:9", "7:3"),
        ("listing photo 4:3, straighten it if u can", "4:3"),
        ("das Bild ist schief, quadratisch", "1:1"),
        ("Redresse l’horizon et format carré", "1:1"),
        ("raddrizza la foto e quadrata", "1:1"),
    ],
)
def test_beside_a_shape(text: str, ratio: str) -> None:
    intent = read(text)
    assert (intent.straighten, str(intent.targets[0].ratio)) == ("auto", ratio)
    assert intent.keep is None and "straightened" in intent.read_back


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("rotate 2 degrees clockwise", 2),
        ("rotate it by 3.5° to the left", -3.5),
        ("turn the photo 1 degree counter-clockwise", -1),
        ("tilt it 4 degrees anticlockwise", -4),
        ("rotate -2.5 degrees", -2.5),
        ("rotate 15 degrees cw", 15),
        ("drehe das Foto um 2 Grad im Uhrzeigersinn", 2),
        ("um 2,5 Grad nach links drehen", -2.5),
        ("tourne la photo de 1,5 degrés vers la gauche", -1.5),
        ("gira la foto 3 grados en sentido horario", 3),
        ("ruota la foto di 2 gradi in senso antiorario", -2),
        ("gire a foto 2 graus para a direita", 2),
    ],
)
def test_by_degrees(text: str, degrees: float) -> None:
    intent = read(text)
    assert (intent.straighten, intent.unclear, intent.doubtful) == (degrees, (), ())


def test_a_way_that_was_not_said_is_told() -> None:
    intent = read("rotate 2 degrees")
    assert intent.straighten == 2
    assert intent.doubtful == ("rotate 2 degrees: taken for clockwise",)


@pytest.mark.parametrize(
    "text",
    [
        "rotate 90 degrees",
        "um 90 Grad drehen",
        "the picture on the wall is crooked",
        "Horizont unten, quadratisch",
        "rotate it 16 degrees",
        "straighten the verticals",
        "rotate it so the mast is straight",
        "straighten the picture on the wall",
        "a straight road",
        "shot at eye level, square",
        "make it horizontal",
        "level 3 of the car park, 4:5",
    ],
)
def test_other_work_is_not_taken_for_it(text: str) -> None:
    assert read(text).straighten is None


def test_an_argument_goes_before_the_words() -> None:
    assert read("straighten the horizon", straighten=0).straighten == 0
    assert read("square", straighten=-3).straighten == -3
    assert read("level it", straighten=1.5).read_back.startswith("Turn the photo 1.5° clockwise")


@pytest.mark.parametrize(
    "text",
    [
        "don't straighten, square",
        "do not straighten the horizon",
        "square, don’t straighten it",
        "square, never level it",
        "no need to straighten, square",
        "no straightening, square",
        "without rotating, square",
        "do not rotate, square",
        "nicht begradigen, quadratisch",
        "ne redresse pas la photo, carré",
        "no enderezar, cuadrado",
        "non raddrizzare, quadrato",
        "não endireitar, quadrado",
    ],
)
def test_what_is_not_to_be_turned_is_not(text: str) -> None:
    intent = understand(CropRequest(text=text), Size(width=3000, height=2000))
    assert intent.straighten is None and not intent.unclear and not intent.avoid


@pytest.mark.parametrize("text", ["rotate 90 degrees", "turn it by 20°", "drehe um 90 Grad"])
def test_a_turn_that_is_too_large_is_told_with_the_range(text: str) -> None:
    (words,) = read(text).unclear
    assert "at most 15 degrees" in why_not_turned(words)
    assert not why_not_turned("a frame of 20 degrees") and not why_not_turned("rotate it")
