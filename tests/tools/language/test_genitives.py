"""Whose a thing is, in German: one thing, and not two."""

import pytest

from tests.tools.language.readings import read


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("das Gesicht der Frau, quadratisch, eng", ["face of the woman"]),
        ("Gesicht der Frau, eng", ["face of the woman"]),
        ("der Kopf des Hundes", ["head of the dog"]),
        ("das Gesicht der alten Frau", ["face of the old woman"]),
        ("das Gesicht meiner Tochter", ["face of my daughter"]),
        ("die Hände der Kinder und der Hund", ["hands of the children", "dog"]),
        ("ein Bild der Frau", ["woman"]),
        ("der Mann und die Frau", ["man", "woman"]),
        ("der Hund, der Frau", ["dog", "woman"]),
        ("quadratisch der Mann", ["man"]),
        ("der Mann der links steht", ["man"]),
        ("le visage de la femme, carré", ["face of the woman"]),
        ("il viso della donna, quadrato", ["face of woman"]),
    ],
)
def test_whose_a_thing_is_is_said_with_it(text: str, things: list[str]) -> None:
    assert [phrase.text for phrase in read(text).subjects] == things


def test_what_is_left_out_is_whose_it_was_said_to_be() -> None:
    intent = read("ohne die Hand der Frau")
    assert not intent.subjects and [phrase.text for phrase in intent.avoid] == ["hand of the woman"]
