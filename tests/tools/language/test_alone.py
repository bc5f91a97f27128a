"""Words for a thing and nothing else."""

import pytest

from cropsmith.tools.language.alone import alone
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest, Phrase

PHOTO = Size(width=1200, height=800)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("only the dog", True), ("the dog only", True), ("just the dog, square", True),
        ("crop to just the dog", True), ("nothing but the dog", True), ("the dog alone, 4:5", True),
        ("the dog, 4:5", False), ("just crop to the left of the dog", False),
        ("the dog, only in 4:5", False), ("only a little tighter on the dog", False),
    ],
)  # fmt: skip
def test_the_words_stand_beside_the_thing(words: str, said: bool) -> None:
    assert alone(words, [Phrase(text="dog", head="dog")]) is said


def test_a_request_for_one_thing_alone_says_so_in_its_intent() -> None:
    assert understand(CropRequest(text="only the dog"), PHOTO).alone
    assert understand(CropRequest(text="just my girl. the one with the kite"), PHOTO).alone
    assert not understand(CropRequest(text="the dog"), PHOTO).alone
