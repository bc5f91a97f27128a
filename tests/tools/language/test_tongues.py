"""Other languages: recognised, read as far as their lists reach, the rest said."""

import pytest

from cropsmith.tools.language import understand
from cropsmith.tools.language.tongues import glossed, tongues
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Down, Intent, Shot


def read(text: str) -> Intent:
    return understand(CropRequest(text=text), Size(width=600, height=400))


@pytest.mark.parametrize(
    ("text", "code", "ratio", "subject", "avoid"),
    [
        ("zwei Hunde, Hochformat", "de", "4:5", ["dogs"], []),
        ("16 zu 9, den Hund bitte", "de", "16:9", ["dog"], []),
        ("recortar a 16 por 9, el perro", "es", "16:9", ["dog"], []),
        ("nur die Frau, quadratisch, ohne das Auto", "de", "1:1", ["woman"], ["car"]),
        ("un carré avec les deux chevaux", "fr", "1:1", ["horses"], []),
        ("sin el perro negro, 16:9", "es", "16:9", [], ["black dog"]),
        ("solo la sposa, verticale", "it", "4:5", ["bride"], []),
        ("quero só o gato, quadrado", "pt", "1:1", ["cat"], []),
    ],
)
def test_shapes_and_common_things_are_read(
    text: str, code: str, ratio: str, subject: list[str], avoid: list[str]
) -> None:
    intent = read(text)
    assert intent.language == code
    assert [str(t.ratio) for t in intent.targets] == [ratio]
    assert [p.head for p in intent.subjects] == subject
    assert [p.head for p in intent.avoid] == avoid
    assert "The words were taken for" in intent.read_back


@pytest.mark.parametrize(
    ("text", "code", "ratio"),
    [
        ("Porträt, 4:5", "de", "4:5"),
        ("Porträt der Frau im Hochformat", "de", "4:5"),
        ("un portrait carré", "fr", "1:1"),
        ("un retrato cuadrado", "es", "1:1"),
        ("un ritratto quadrato", "it", "1:1"),
        ("um retrato quadrado", "pt", "1:1"),
    ],
)
def test_a_portrait_is_a_picture_of_a_person(text: str, code: str, ratio: str) -> None:
    intent = read(text)
    assert (intent.language, intent.shot, intent.unclear) == (code, Shot.PORTRAIT, ())
    assert [str(t.ratio) for t in intent.targets] == [ratio]


@pytest.mark.parametrize(
    "text",
    ["der Hund im Porträtformat", "le chien en mode portrait", "el perro en formato retrato",
     "il cane in formato ritratto", "o cão em formato retrato"],
)  # fmt: skip
def test_the_format_of_a_portrait_is_an_orientation(text: str) -> None:
    intent = read(text)
    assert [str(t.ratio) for t in intent.targets] == ["4:5"]
    assert intent.shot is None and [p.head for p in intent.subjects] == ["dog"]


def test_words_that_no_list_has_are_said() -> None:
    intent = read("bitte den Schraubenzieher quadratisch ohne den Amboss")
    assert intent.language == "de" and not intent.subjects and not intent.avoid
    said = " ".join(intent.unclear)
    assert "schraubenzieher" in said and "amboss" in said


@pytest.mark.parametrize(
    "text",
    ["Instagram story", "4:5, minimum 1080x1350", "panorama", "the table in the hotel", "solo"],
)
def test_english_is_not_taken_for_another_language(text: str) -> None:
    assert glossed(text.lower()).language == "en"


@pytest.mark.parametrize(
    ("text", "code"), [("квадрат, собака 4:5", "ru"), ("把狗裁成方形 4:5", "zh")]
)
def test_other_scripts_are_recognised_and_their_numbers_read(text: str, code: str) -> None:
    intent = read(text)
    assert intent.language == code and intent.unclear
    assert [str(t.ratio) for t in intent.targets] == ["4:5"]


def test_a_phrase_stands_in_one_list_only() -> None:
    for tongue in tongues():
        assert tongue.phrases and tongue.marks, tongue.name


@pytest.mark.parametrize(
    ("text", "shown", "out"),
    [
        ("Der Mülleimer muss verschwinden", [], ["trash can"]),
        ("Der Parkplatz vorne kann weg", [], ["car park"]),
        ("Links ist ein Pfosten im Bild, der soll weg", [], ["pole"]),
        ("vorne ist zu viel Straße", [], ["street"]),
        ("le monsieur derrière doit disparaître", [], ["man in the background"]),
        ("Il y a trop de sable devant", [], ["sand"]),
        ("On ne veut pas voir les poubelles", [], ["trash can"]),
        ("solo mi hijo, sin mi hermana al lado", ["son"], ["sister next to him"]),
        ("Hay que quitar el cartel de atrás", [], ["sign in the background"]),
        ("La macchina dietro deve sparire", [], ["car in the background"]),
        ("O caixote do lixo tem de sair", [], ["trash can"]),
        ("Der Hund muss ganz drauf sein", ["dog"], []),
        ("le chien devant la maison", ["dog in front of the house"], []),
    ],
)
def test_what_must_go_in_other_languages(text: str, shown: list[str], out: list[str]) -> None:
    intent = read(text)
    assert [p.head for p in intent.subjects] == shown
    assert [p.head for p in intent.avoid] == out


@pytest.mark.parametrize("text", ["zu viel Himmel", "nicht zu viel Himmel", "pas trop de ciel"])
def test_too_much_sky_is_not_more_of_it(text: str) -> None:
    horizon = read(
        f"{text}, bitte" if "viel" in text else f"{text}, s'il te plaît"
    ).placement.horizon
    assert horizon is Down.UPPER_THIRD
