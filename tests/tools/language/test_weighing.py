"""What a trained model may do to a reading: leave aside one of several things, and doubt."""

import json
from importlib.resources import files

import pytest

from cropsmith.tools.language.trained import Linear, Trained, reading_with
from cropsmith.tools.schema.request import Intent
from tests.tools.language.readings import read

BLANK = Linear({}, [], [0.0, -9.0])
LANTERN_IS_NEITHER = Trained(Linear({"word=lantern": 0}, [[9.0, 0.0, 0.0]], [0.0] * 3), BLANK)


def shown(intent: Intent) -> list[str]:
    return [phrase.head for phrase in intent.subjects]


def test_one_of_several_things_that_is_hardly_meant_is_told_and_not_shown() -> None:
    with reading_with(LANTERN_IS_NEITHER):
        intent = read("the dog, the lantern, square")
    assert shown(intent) == ["dog"]
    assert "the lantern" in intent.unclear


@pytest.mark.parametrize("text", ["the lantern, square", "the dog and the lantern, square"])
def test_the_only_thing_and_things_named_in_one_breath_stay(text: str) -> None:
    with reading_with(LANTERN_IS_NEITHER):
        assert "lantern" in shown(read(text))


def test_a_reading_that_may_be_wrong_is_said_to_be_doubtful() -> None:
    roles = Linear({"word=lantern": 0}, [[0.0, 2.0, 2.0]], [0.0] * 3)
    with reading_with(Trained(roles, Linear({}, [], [0.0, 9.0]))):
        assert read("the lantern, square").doubtful == ("the lantern",)
        assert read("square").doubtful == ()
    with reading_with(Trained(roles, BLANK)):
        assert read("the lantern, square").doubtful == ()


@pytest.mark.parametrize("text", ["square", "the dog, square", "keep her face whole"])
def test_a_short_and_clear_request_is_not_doubted(text: str) -> None:
    assert read(text).doubtful == ()


def test_the_model_that_ships_adds_no_wish_and_turns_none_round() -> None:
    name = "author_l.jsonl"
    text = files("cropsmith.evals.lab.language").joinpath(name).read_text("utf-8")
    told = 0
    for row in map(json.loads, text.splitlines()):
        weighed = read(row["text"])
        with reading_with(None):
            plain = read(row["text"])
        assert weighed.avoid == plain.avoid
        assert set(shown(weighed)) <= set(shown(plain))
        for lost in set(shown(plain)) - set(shown(weighed)):
            assert any(lost in words for words in weighed.unclear)
        told += bool(weighed.doubtful)
    assert 0 < told < 120
