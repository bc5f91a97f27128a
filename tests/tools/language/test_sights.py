"""Words that stand where a thing would, and name nothing that a photo shows."""

import pytest

from cropsmith.tools.language.sights import capitals, nothing_seen
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest
from tests.tools.language.readings import read


@pytest.mark.parametrize(
    "words", ["the harmony", "a sense of nostalgia", "fast delivery", "our credibility", "clarity"]
)
def test_notions_are_nothing_seen(words: str) -> None:
    assert nothing_seen(words)


@pytest.mark.parametrize(
    "words",
    [
        "the lighthouse", "racket", "the hug", "two explosions", "a fraction of the harbour",
        "the medal", "her shadow", "the sunset", "the wedding", "coins", "the goalie making a save",
        "aunt joy", "unheardofthing",
    ],
)  # fmt: skip
def test_what_can_be_seen_is_a_thing(words: str) -> None:
    assert not nothing_seen(words)


def test_a_name_is_no_notion() -> None:
    assert not nothing_seen("grace", capitals("the crop should be about Grace and Tom"))
    assert capitals("Crop To The Left Of Grace") == frozenset()


def test_a_notion_is_told_and_not_sought() -> None:
    intent = read("the old mill, with more nostalgia, 3:2")
    assert [phrase.text for phrase in intent.subjects] == ["old mill"]
    assert any("nostalgia" in words for words in intent.unclear)


def test_a_notion_is_not_left_out_either() -> None:
    intent = read("crop out the monotony on the left")
    assert not intent.avoid
    assert any("monotony" in words for words in intent.unclear)


@pytest.mark.parametrize("text", ["no remote control, 16:9", "without the remotes", "no teen"])
def test_things_of_the_finder_can_be_seen(text: str) -> None:
    intent = understand(CropRequest(text=text), Size(width=6000, height=4000))
    assert intent.avoid and not intent.unclear
