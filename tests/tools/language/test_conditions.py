"""What is to happen only if something fails: told, and no wish of its own."""

import pytest

from tests.tools.language.readings import read


@pytest.mark.parametrize(
    ("text", "ratio", "shown"),
    [
        ("the tractor and the plough. If they don't fit in a square, use 16:9", "1:1", 2),
        ("16:9 but if the tractor doesn't fit do 4:5", "16:9", 1),
        ("the tractor, 4:5, or 3:2 if that's too tight", "4:5", 1),
        ("square if possible, otherwise 3:2, the tractor", "1:1", 1),
        ("3:2, the tractor. If the plough gets cut off go wider", "3:2", 1),
    ],
)
def test_the_first_wish_is_acted_on_and_the_other_told(text: str, ratio: str, shown: int) -> None:
    intent = read(text)
    assert [str(t.ratio) for t in intent.targets] == [ratio]
    assert any("what comes first is tried" in words for words in intent.unclear)
    if "otherwise" not in text:
        assert len(intent.subjects) == shown


def test_what_does_not_fit_was_wished() -> None:
    intent = read("if the whole viaduct doesn't fit, then at least the middle")
    assert [p.text for p in intent.subjects] == ["viaduct"] and intent.unclear


@pytest.mark.parametrize(
    "text",
    [
        "the tractor, square if you can",
        "the tractor, if possible without the plough",
        "2000x2000, enlarge it if it's too small",
    ],
)
def test_a_polite_if_is_no_condition(text: str) -> None:
    assert not any("what comes first" in words for words in read(text).unclear)


def test_otherwise_as_it_is_does_not_swallow_the_wish() -> None:
    intent = read("otherwise leave as is, just lose the ladder")
    assert [p.text for p in intent.avoid] == ["ladder"] and intent.keep is None
    assert intent.tightness == "widest"
    assert read("please remove the gps, otherwise leave it as it is").keep is True


def test_a_wish_behind_a_condition_that_only_asks_to_be_told_is_read() -> None:
    intent = read("lose the plough. If it can't be cropped out tell me, don't cut the tractor")
    assert [p.text for p in intent.subjects] == ["tractor"] and intent.never_cut
