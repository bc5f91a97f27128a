"""What is told of a request: the person's own words, and each wish once."""

from typing import Any

import numpy as np
import pytest

from cropsmith.agents.backends.boxes.rendering import prompt_text
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.minds.asking.script import Script
from cropsmith.agents.minds.asking.wishes import add_request, largest_box
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Intent

SIZE = Size(width=1500, height=1000)
PHOTO = picture_of(np.zeros((400, 600, 3), np.uint8))


def told(words: str, **more: Any) -> str:
    request = CropRequest(text=words, **more)
    intent = understand(request, SIZE).model_copy(update={"words": words})
    return text_of(intent)


def text_of(intent: Intent) -> str:
    script = Script()
    add_request(script, intent, intent.targets, SIZE, PHOTO)
    return prompt_text(script.messages()[1:])


def test_the_words_are_told_as_they_were_written() -> None:
    words = 'the $5 "dog" ${sic}, 4:5'
    assert f'"{words}"' in told(words)


def test_nothing_asked_is_said_so() -> None:
    said = text_of(Intent(task="free", targets=understand(CropRequest(), SIZE).targets))
    assert "nothing in particular" in said and "- Shape: free" in said


@pytest.mark.parametrize(
    ("words", "more", "lines"),
    [
        (
            "4:5 of the dog, leave room on the left",
            {},
            ["- Shape: 4:5", "- Subject: dog", "left 33%"],
        ),
        ("16:9, 1920x1080", {}, ["for a file of 1920x1080 pixels"]),
        ("the dog on the left third", {}, ["- Placement: the subject on the left third"]),
        ("a headshot", {}, ["- Kind of picture: headshot"]),
        ("without the car", {}, ["- Left out: car"]),
        ("never cut faces", {}, ["- Never cut through: faces"]),
        ("tight on the dog", {}, ["- Closeness: close"]),
        ("", {"keep": False}, ["uncropped, is no answer"]),
        (
            "",
            {"min_size": Size(width=600, height=500)},
            ["0.4 of the width and 0.5 of the height", "(600x500 pixels"],
        ),
        ("", {"keep_out": (Box(x1=0, y1=0, x2=0.5, y2=0.25),)}, ["[0.0, 0.0, 0.5, 0.25]"]),
        (
            "the dog",
            {"subject_box": Box(x1=0, y1=0, x2=0.5, y2=0.25)},
            ["- Subject: dog, marked by the person: [0.0, 0.0, 0.5, 0.25]"],
        ),
    ],
)
def test_each_wish_is_a_line(words: str, more: dict[str, Any], lines: list[str]) -> None:
    said = told(words, **more)
    for line in lines:
        assert said.count(line) == 1, (line, said)


def test_the_largest_box_of_a_shape_fits_the_photo() -> None:
    for ratio in (Ratio(width=4, height=5), Ratio(width=21, height=9), Ratio(width=3, height=2)):
        box = largest_box(ratio, SIZE)
        assert max(box.width, box.height) == pytest.approx(1)
        assert box.width * 1500 / (box.height * 1000) == pytest.approx(ratio.value)
