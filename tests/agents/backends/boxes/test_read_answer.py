"""Answers as models really write them: validated whatever the server promised."""

import json
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.loose_json import NoJson, find_json
from cropsmith.agents.backends.boxes.read_answer import Unusable, read_answer, write_answer
from cropsmith.agents.backends.boxes.refusal import declines
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.tools.schema.geometry import Box, Point, Size

SENT = Size(width=1024, height=672)
QWEN = FAMILIES["qwen3-vl"]
GEMINI = FAMILIES["gemini-2"]


class Idea(BaseModel):
    reason: Annotated[str, Field(max_length=50)]
    box: Box


class Ideas(BaseModel):
    title: Literal["a", "b"]
    crops: Annotated[list[Idea], Field(min_length=1, max_length=3)]
    focus: Point
    best: Box | None
    weight: float = Field(ge=0, le=1)


VALUE = Ideas(
    title="a",
    crops=[Idea(reason="because", box=Box(x1=0.1, y1=0.2, x2=0.3, y2=0.4))],
    focus=Point(x=0.5, y=0.25),
    best=None,
    weight=0.5,
)


def read(text: str, answer: type[BaseModel] = Idea, family: str = "qwen3-vl") -> BaseModel:
    convention = FAMILIES[family]
    schema = answer_schema(answer, convention, SENT, Dialect.GRAMMAR)
    return read_answer(text, answer, schema, convention, SENT).value


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dialect", Dialect)
def test_what_is_written_is_read_and_fits_the_schema(family: str, dialect: Dialect) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    convention = FAMILIES[family]
    schema = answer_schema(Ideas, convention, SENT, dialect)
    text = write_answer(VALUE, convention, SENT)
    jsonschema.validate(json.loads(text), schema.native)
    got = read_answer(text, Ideas, schema, convention, SENT).value
    assert isinstance(got, Ideas)
    assert got.crops[0].box.iou(VALUE.crops[0].box) > 0.97
    assert got.best is None and got.title == "a"


def test_native_words() -> None:
    assert '"bbox_2d":[100,200,300,400]' in write_answer(VALUE, QWEN, SENT)
    text = write_answer(VALUE, GEMINI, SENT)
    assert '"box_2d":[200,100,400,300]' in text and '"focus":[250,500]' in text


def test_openai_strict_dialect() -> None:
    schema = answer_schema(Ideas, QWEN, SENT, Dialect.OPENAI).native
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    assert "maxLength" not in json.dumps(schema)
    assert "$ref" not in json.dumps(schema)
    number = schema["properties"]["crops"]["items"]["properties"]["bbox_2d"]["items"]
    assert number == {"type": "integer", "minimum": 0, "maximum": 1000}


def test_gemini_dialect_orders_reasons_before_boxes() -> None:
    schema = answer_schema(Idea, GEMINI, SENT, Dialect.GEMINI).native
    assert schema["propertyOrdering"] == ["reason", "box_2d"]


def test_an_unbounded_number_is_a_mistake_of_ours() -> None:
    class Loose(BaseModel):
        weight: float

    with pytest.raises(ValueError, match="bounds"):
        answer_schema(Loose, QWEN, SENT, Dialect.GRAMMAR)


GOOD = '{"reason": "r", "bbox_2d": [100, 200, 300, 400]}'


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here you are:\n```\n{GOOD}\n```\nEnjoy.",
        f"The box is {GOOD}. It is good.",
        f'<think>maybe {{"reason": "x", "bbox_2d": [1,2,3,4]}}</think>{GOOD}',
        f"maybe it is here</think>\n{GOOD}",
        '{"reason": "a\x02b", "bbox_2d": [100, 200, 300, 400]}',
        '{"reason": "r", "bbox": [100, 200, 300, 400]}',
        '{"reason": "r", "box": {"bbox_2d": [100, 200, 300, 400]}}',
    ],
)
def test_chatty_answers_are_read(text: str) -> None:
    got = read(text)
    assert isinstance(got, Idea)
    assert got.box.corners == pytest.approx((0.1, 0.2, 0.3, 0.4))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The subject is on the left.",
        "{}",
        '{"reason": "r"',
        '{"reason": "r", "bbox_2d": [1e999, 0, 1000, 1000]}',
        '{"reason": "r", "bbox_2d": [NaN, 0, 1000, 1000]}',
        '{"reason": "r", "bbox_2d": [300, 200, 100, 400]}',
        '{"reason": 7, "bbox_2d": [100, 200, 300, 400]}',
        '{"reason": "r", "box_2d": [100, 200, 300, 400]}',
        f"<think>{GOOD}",
        "[]",
        "null",
    ],
)
def test_the_rest_is_unusable_and_says_why(text: str) -> None:
    with pytest.raises(Unusable) as caught:
        read(text)
    assert str(caught.value)


class Boxes(BaseModel):
    crops: list[Box]


def test_a_bare_list_and_bare_box_text_are_understood() -> None:
    bare = read('[{"reason": "r", "bbox_2d": [100, 200, 300, 400]}]', Only)
    assert isinstance(bare, Only) and len(bare.crops) == 1
    text = "<box>[[100, 200, 300, 400]]</box> and <box>[[0, 0, 500, 500]]</box>"
    told = read(text, Boxes, "internvl")
    assert isinstance(told, Boxes) and len(told.crops) == 2
    florence = read("a dog<loc_100><loc_200><loc_300><loc_400>", Boxes, "florence-2")
    assert isinstance(florence, Boxes) and len(florence.crops) == 1


class Only(BaseModel):
    crops: list[Idea]


def test_json_is_found_once() -> None:
    assert find_json('{"a": 1}') == {"a": 1}
    with pytest.raises(NoJson):
        find_json("no json at all [")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("I'm sorry, I can't help with that.", True),
        ("I cannot identify people in photos.", True),
        ("The main subject stands a little left of the centre.", False),
        ("There is nothing I can't help noticing: a dog.", False),
    ],
)
def test_refusals_are_told_from_prose(text: str, refusal: bool) -> None:
    assert declines(text) is refusal
