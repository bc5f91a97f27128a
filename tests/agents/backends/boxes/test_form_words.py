"""Sentences and examples of a prompt, in the numbers of every family: boxes come back as told."""

import json
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.native_box import PATTERNS, native_sides, read_box
from cropsmith.agents.backends.boxes.read_answer import read_answer
from cropsmith.agents.backends.boxes.rendering import Rendered, Renderer
from cropsmith.agents.backends.protocol.backend import Ask, Message, Picture, Reach, Slope, Told
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.tools.schema.geometry import Box

USABLE = [name for name, row in FAMILIES.items() if row.usable]
PICTURES = [
    picture_of(np.zeros((high, wide, 3), np.uint8))
    for wide, high in ((600, 400), (400, 600), (512, 512), (1000, 250), (333, 777))
]
EDGE = st.floats(0, 1, allow_nan=False)


class Crops(BaseModel):
    crops: list[Box]
    keep: bool


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x1, x2), (y1, y2) = (sorted((draw(EDGE), draw(EDGE))) for _ in "xy")
    # Wide enough that no rounding swaps its corners.
    x1, y1 = min(x1, 0.9), min(y1, 0.9)
    return Box(x1=x1, y1=y1, x2=max(x2, x1 + 0.05), y2=max(y2, y1 + 0.05))


def rendered(family: str, box: Box, picture: Picture) -> Rendered:
    told = Told("The dog is at ${box} now.", {"box": box}, picture)
    ask = Ask(
        purpose="propose",
        messages=[Message("user", [picture, told])],
        answer=Crops,
        frame=picture,
        example=Crops(crops=[box], keep=True),
    )
    return Renderer(FAMILIES[family], Dialect.GRAMMAR).render(ask, 60)


def pixels_off(one: Box, other: Box, row: Convention, picture: Picture) -> float:
    """Return by how many pixels of the picture as it is seen two boxes differ."""
    seen = row.seen(row.sent(picture.size))
    sides = (seen.width, seen.height) * 2
    pairs = zip(one.corners, other.corners, sides, strict=True)
    # A scale of 1000 cannot say more than a thousandth, a bin of 100 no more than a hundredth.
    step = 0.0 if row.extent is None else 0.51 / (row.extent * 10**row.decimals)
    return max(abs(a - b) * side - step * side for a, b, side in pairs)


def box_in(text: str, row: Convention) -> Any:
    if row.notation in PATTERNS:
        return text
    inner = text.partition(" at ")[2].rpartition(" now")[0]
    return json.loads(inner)


@pytest.mark.parametrize("family", USABLE)
@settings(max_examples=25, deadline=None)
@given(box=boxes(), picture=st.sampled_from(PICTURES))
def test_a_box_of_a_prompt_comes_back_within_a_pixel(
    family: str, box: Box, picture: Picture
) -> None:
    row, made = FAMILIES[family], rendered(family, box, picture)
    text = str(made.request.messages[0].parts[-1])
    (told,) = re.findall(r"The dog is at .* now\.", text)
    assert made.sent is not None
    again = read_box(box_in(told, row), row, made.sent).box
    assert pixels_off(box, again, row, picture) <= (1.0 if row.frame != "padded square" else 2.0)
    form = text[text.rindex('{"crops"') :]
    answer: Any = read_answer(form, Crops, made.schema, row, made.sent).value
    assert answer.keep is True and answer.crops[0] == again, "as an answer would be read"


@pytest.mark.parametrize("family", USABLE)
def test_coordinates_are_explained_before_the_first_box(family: str) -> None:
    made = rendered(family, Box(x1=0.1, y1=0.2, x2=0.5, y2=0.9), PICTURES[0])
    text = "\n".join(p for p in made.request.messages[0].parts if isinstance(p, str))
    assert text.startswith("Coordinates: ") and text.index("A box is written") < text.index("dog")
    row = FAMILIES[family]
    seen = row.seen(row.sent(PICTURES[0].size))
    sized = f"{seen.width} pixels wide and {seen.height} pixels high"
    assert (sized in text) is (row.extent is None), "pixels mean nothing without a size"


def test_a_shape_is_told_in_the_models_own_numbers() -> None:
    """4:5 on a 3:2 photo is .533 in thousandths, .8 in pixels."""
    wide = Reach(8 / 15, 1.0)
    told = Told("${slope}; ${reach}", {"slope": Slope(8 / 15, 1.0), "reach": wide}, PICTURES[0])
    said = {}
    for family in ("qwen3-vl", "claude", "kimi-vl", "llava-1.5"):
        ask = Ask(purpose="p", messages=[Message("user", [told])], answer=Crops, frame=PICTURES[0])
        parts = Renderer(FAMILIES[family], Dialect.GRAMMAR).render(ask, 60).request.messages[0]
        said[family] = str(parts.parts[-1]).split("\n\n")[1]
    assert said["qwen3-vl"] == "0.533; 533 wide and 1000 high"
    assert said["claude"] == "0.8; 320 wide and 400 high"
    assert said["kimi-vl"] == "0.533; 0.5333 wide and 1.0000 high"
    # A square holds the photo with bars above and below: shapes are those of pixels again.
    assert said["llava-1.5"].startswith("0.8; ")
    assert native_sides(FAMILIES["llava-1.5"], PICTURES[0].size) == pytest.approx((1, 2 / 3))


def test_without_an_example_the_schema_stands_in_the_prompt() -> None:
    ask = Ask(purpose="p", messages=[Message("user", ["Go."])], answer=Crops, frame=PICTURES[0])
    made = Renderer(FAMILIES["qwen3-vl"], Dialect.GRAMMAR).render(ask, 60)
    assert '"properties"' in str(made.request.messages[0].parts[-1])
    shown = rendered("qwen3-vl", Box.whole(), PICTURES[0])
    assert '"properties"' not in str(shown.request.messages[0].parts)
    assert shown.request.schema is not None, "the engine has it"


def test_items_of_a_list_stand_line_by_line() -> None:
    ask = Ask(
        purpose="p", messages=[Message("user", ["All:", "- one", "- two", "Go."])], answer=Crops
    )
    parts = Renderer(FAMILIES["qwen3-vl"], Dialect.GRAMMAR)
    (text,) = (
        parts.render(Ask(purpose="p", messages=ask.messages, answer=Crops, frame=PICTURES[0]), 60)
        .request.messages[0]
        .parts
    )
    assert "All:\n- one\n- two\n\nGo.\n\nAnswer" in str(text)
