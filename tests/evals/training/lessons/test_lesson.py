"""Lessons are in the run's own words, so that a model taught by them needs nothing else."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.family import families, family_named
from cropsmith.agents.backends.boxes.read_answer import read_answer
from cropsmith.agents.backends.model import Model
from cropsmith.agents.backends.protocol.backend import Picture, Tokens
from cropsmith.agents.backends.protocol.wire import (
    Dialect,
    Finish,
    WireMessage,
    WireReply,
    WireRequest,
)
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.lessons.lecture import SETTINGS, lessons_of
from cropsmith.evals.training.lessons.lesson import Lesson, said
from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.request import CropRequest

FAMILIES = sorted(name for name, row in families().items() if row.usable)


def boxes_in(value: object) -> Iterator[Box | Point]:
    if isinstance(value, Box | Point):
        yield value
    elif isinstance(value, BaseModel):
        for _, inner in value:
            yield from boxes_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from boxes_in(inner)


def taught(data: Dataset, family: str) -> list[Lesson]:
    photo = data.photos[0]
    return list(lessons_of(photo, photo.votes, family_named(family), "sft"))


@pytest.fixture(scope="module")
def imitated(fcdb: Dataset) -> list[Lesson]:
    return taught(fcdb, "qwen3-vl")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_answer_read_by_the_familys_reader_gives_the_boxes(
    family: str, imitated: list[Lesson]
) -> None:
    convention = family_named(family)
    assert {lesson.ask.purpose for lesson in imitated} == {"analyse", "propose", "decide"}
    compared = 0
    for known in imitated:
        assert known.ask.frame is not None
        sent = convention.sent(known.ask.frame.size)
        told = known.truth.model_copy(update={"convention": convention, "sent": sent})
        lesson = replace(known, truth=told)
        schema = answer_schema(type(lesson.answer), convention, sent, Dialect.GRAMMAR)
        read = read_answer(said(lesson).answer, type(lesson.answer), schema, convention, sent)
        assert read.bare and not read.notes
        unit = 1 / (convention.extent or min(sent.width, sent.height)) + 1e-9
        for was, is_ in zip(boxes_in(lesson.answer), boxes_in(read.value), strict=True):
            corners = [(b.x, b.y) if isinstance(b, Point) else b.corners for b in (was, is_)]
            assert all(abs(a - b) <= unit for a, b in zip(*corners, strict=True))
            compared += 1
    assert compared >= 10


class Student:
    """A wire that knows its lessons by heart, and nothing else."""

    provider, model, endpoint = "vllm", "Qwen3-VL-taught", "nowhere"
    dialect = Dialect.GRAMMAR

    def __init__(self, lessons: Sequence[Lesson]) -> None:
        spoken = [said(lesson) for lesson in lessons]
        self._known = {prompt_of(one.prompt): one.answer for one in spoken}
        self.asked = 0

    async def send(self, request: WireRequest) -> WireReply:
        answer = self._known[prompt_of(request.messages)]
        self.asked += 1
        return WireReply(text=answer, finish=Finish.STOP, tokens=Tokens())

    async def models(self) -> Sequence[str]:
        return [self.model]


def prompt_of(messages: Sequence[WireMessage]) -> tuple[object, ...]:
    return tuple(
        (message.role, part.sha256 if isinstance(part, Picture) else part)
        for message in messages
        for part in message.parts
    )


def test_a_run_asks_the_very_questions_of_the_lessons(fcdb: Dataset) -> None:
    """To the last sign and pixel: any other question is an unknown one."""
    student = Student(taught(fcdb, "qwen3-vl"))
    model = Model(student, family_named("qwen3-vl"))
    photo = fcdb.photos[0]
    result = asyncio.run(run(photo.path, CropRequest(), build_parts(SETTINGS, backend=model)))
    assert student.asked == 4  # analysis, proposals, a decision in two orders
    assert not result.report.failures
