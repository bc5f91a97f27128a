"""Words that only say what a photo shows."""

import pytest

from cropsmith.tools.language.captions import describes


@pytest.mark.parametrize(
    "text",
    [
        "two dogs running along the beach in the evening",
        "an old woman sits beside a red door",
        "fishing boats in the harbour of bergen, 1923",
    ],
)
def test_a_caption_describes(text: str) -> None:
    assert describes(text)


@pytest.mark.parametrize(
    "text",
    [
        "two dogs running along the beach, without the people",
        "crop the dog that is running along the beach",
        "who is sitting beside the red door",
        "the red door",
        "an old woman sits beside a red door, 4:5",
    ],
)
def test_a_request_a_question_and_a_name_do_not(text: str) -> None:
    assert not describes(text)
