"""What stands for a thing without naming it."""

import pytest

from cropsmith.tools.language.standing import with_noun
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest


@pytest.mark.parametrize(
    ("words", "before", "full"),
    [
        ("the blue one", "three red kites", "the blue kite"),
        ("the one on the chair", "the dog under the table", "the dog on the chair"),
        ("the blue ones", "the red kites", "the blue kites"),
        ("the one pulling a face", "the kids on the wall", "the kid pulling a face"),
        ("the other one", "the red kite", "the other one"),
        ("the blue one", "", "the blue one"),
    ],
)
def test_one_takes_the_noun_named_before(words: str, before: str, full: str) -> None:
    assert with_noun(words, before) == full


@pytest.mark.parametrize(
    ("text", "avoid", "whole"),
    [
        ("nobody's face should be visible", ["faces"], False),
        ("nobody's feet cut off", [], True),
        ("not the whole barn, just the door", [], False),
    ],
)
def test_of_nobody_and_not_the_whole(text: str, avoid: list[str], whole: bool) -> None:
    intent = understand(CropRequest(text=text), Size(width=6000, height=4000))
    assert [p.text for p in intent.avoid] == avoid
    assert bool(intent.never_cut) is whole
