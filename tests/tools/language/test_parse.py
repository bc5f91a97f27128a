"""The parse: nothing vanishes, and no text takes long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.errors import UsageError
from cropsmith.tools.language import understand
from cropsmith.tools.language.chunker import tagged
from cropsmith.tools.language.frames import closed_words, frames, possible
from cropsmith.tools.language.parse import parsed
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import CropRequest

WORDS = st.sampled_from(
    "the a dog man crop cut keep without not left right top of on in and with room for text , . 10"
    " her him it one everything whole big tight sky horizon third square to is should be".split()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25))
def test_readings_cover_the_line(words: list[str]) -> None:
    request = tagged(" ".join(words), closed_words())
    place = 0
    for reading in parsed(request):
        assert not request.line[place : reading.start].strip()
        place = reading.end
    assert not request.line[place:].strip()


@settings(max_examples=100, deadline=None)
@given(st.lists(WORDS, max_size=20))
def test_frames_that_are_not_tried_would_not_fit(words: list[str]) -> None:
    line = tagged(" ".join(words), closed_words()).line
    tried = {id(frame) for frame in possible(line)}
    starts = [0, *(i + 1 for i, sign in enumerate(line) if sign == " ")]
    for frame in frames():
        if id(frame) not in tried:
            assert not any(frame.fits(line, start) for start in starts), frame.says


@pytest.mark.parametrize(
    "noise",
    ["the dog and ", "keep the ", "left ", "1 ", "x", "no ", "(", "with some more ", "a:b ", "é"],
)
def test_long_noise_is_read_to_its_end(noise: str) -> None:
    intent = understand(CropRequest(text=noise * 2000), Size(width=3, height=2))
    assert any(words.startswith("the last ") for words in intent.unclear)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abcdefgh ,.:'0123", min_size=1, max_size=30), min_size=20, max_size=60))
def test_any_long_noise_is_read_or_refused(parts: list[str]) -> None:
    try:
        understand(CropRequest(text=" ".join(parts)), Size(width=3, height=2))
    except UsageError as error:
        assert error.message.endswith(".")
