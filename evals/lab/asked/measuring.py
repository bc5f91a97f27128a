"""Asking every question of every cropper, with progress, and gathering the marks."""

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cropsmith.evals.lab.asked.croppers import NAMES, OURS, Croppers
from cropsmith.evals.lab.asked.question import Answer, Question
from cropsmith.tools.schema.geometry import Box

SERVED = "served"
TOLD = "of those that fell short, told"
SILENT = "fell short without a note"
SHAPE = "another shape than asked"
ERROR = "error instead of a crop"
LAST = (TOLD, SILENT, SHAPE, ERROR)
"""The last rows of every table, in this order."""


@dataclass(frozen=True)
class Outcome:
    """One cropper's answer to one question, and its marks."""

    question: Question
    cropper: str
    answer: Answer
    values: Mapping[str, float]


def mark(question: Question, cropper: str, answer: Answer) -> Outcome:
    """Return the answer's marks. An error serves nobody, and shows nothing gone or cut."""
    if answer.box is None:
        marks = question.judge(Box.whole())
        values = dict.fromkeys(marks.values, 0.0)
        fault = True
    else:
        marks = question.judge(answer.box)
        values, fault = dict(marks.values), marks.fault
        if not answer.shaped(question):
            fault = True
            values |= {key: 0.0 for key in values if key.startswith(SERVED)}
    if cropper == OURS:  # the others have no words
        told = answer.tells(question)
        values[SILENT] = float(fault and not told)
        if fault:
            values[TOLD] = float(told)
        values[SHAPE] = float(answer.box is not None and not answer.shaped(question))
        values[ERROR] = float(answer.box is None)
    return Outcome(question, cropper, answer, values)


def measure(
    questions: Iterable[Question], croppers: Sequence[str] = NAMES, *, title: str = ""
) -> list[Outcome]:
    """Ask each question of each cropper, telling on stderr how far it is."""
    asked = list(questions)
    every = Croppers()
    outcomes = []
    began = told = time.monotonic()
    for count, question in enumerate(asked, start=1):
        for name in croppers:
            outcomes.append(mark(question, name, every.answer(name, question)))
        if time.monotonic() - told > 10 or count == len(asked):
            told = time.monotonic()
            seconds = round(told - began)
            print(f"{title} {count}/{len(asked)}, {seconds} s", file=sys.stderr, flush=True)
    return outcomes
