"""What an answer is worth: one pure function of its text and of what people said.

The terms of ShutterMuse (arXiv 2606.25763): form, ratio within .15 in log, overlap, main subject at
least 90 % inside, keep or crop; and the built-in preference, weighed low, as a model that follows a
scorer would learn its faults.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.read_answer import Unusable, read_answer
from cropsmith.agents.backends.protocol.wire import Dialect
from cropsmith.agents.minds.argued.answers import LETTERS, Proposals, choice_among
from cropsmith.evals.training.lessons.lesson import Truth
from cropsmith.tools.schema.geometry import Box

WEIGHTS: Mapping[str, float] = {
    "format": 0.1,
    "overlap": 1.0,
    "ratio": 0.5,
    "subject": 0.5,
    "keep": 0.5,
    "choice": 1.0,
    "preference": 0.2,
}
"""Shares of the total, among the terms that the truth speaks of."""

TOLERANCE = 0.15
"""Error of the ratio, in log, from which nothing is given for it."""

INSIDE = 0.9
"""Share of the subject's area that has to be in the crop."""

Preference = Callable[[Box], float]
"""How well people like a crop of this photo, in [0, 1]."""


def reward(text: str, truth: Truth, preference: Preference | None = None) -> dict[str, float]:
    """Return each term in [0, 1] that the truth speaks of, and "total", their weighted mean.

    An answer that the run could not read is worth 0 in every term.
    """
    value = _read(text, truth)
    terms = _proposed(value, truth, preference) if truth.purpose == "propose" else None
    if terms is None:
        terms = _decided(value, truth)
    terms = {"format": float(value is not None), **terms}
    weight = sum(WEIGHTS[name] for name in terms)
    return terms | {"total": sum(WEIGHTS[n] * worth for n, worth in terms.items()) / weight}


def _read(text: str, truth: Truth) -> Any:
    form: type[BaseModel] = Proposals
    if truth.purpose == "decide":
        form = choice_among(len(truth.letters))
    elif truth.purpose != "propose":
        raise ValueError(f"there is no reward for an answer to '{truth.purpose}'")
    schema = answer_schema(form, truth.convention, truth.sent, Dialect.GRAMMAR)
    try:
        return read_answer(text, form, schema, truth.convention, truth.sent).value
    except Unusable:
        return None


def _proposed(
    answer: Proposals | None, truth: Truth, preference: Preference | None
) -> dict[str, float]:
    # The first is the one that the model would hand in; where it would keep the photo, the whole.
    box = None if answer is None else (Box.whole() if answer.keep else answer.crops[0].box)
    terms = {}
    if truth.experts:
        terms["overlap"] = 0.0 if box is None else max(box.iou(one) for one in truth.experts)
    if truth.ratio is not None:
        terms["ratio"] = 0.0 if box is None else _ratio_kept(box, truth)
    if truth.subject is not None:
        whole = box is not None and (
            box.overlap(truth.subject) >= INSIDE * truth.subject.area - 1e-9
        )
        terms["subject"] = float(whole)
    if truth.keep is not None:
        terms["keep"] = float(answer is not None and answer.keep is truth.keep)
    if preference is not None:
        terms["preference"] = 0.0 if box is None else preference(box)
    return terms


def _decided(answer: Any, truth: Truth) -> dict[str, float]:
    if answer is None:
        return {"choice": 0.0}
    best = max(truth.letters)
    worth = truth.letters[LETTERS.index(answer.choice)]
    return {"choice": worth / best if best > 0 else 0.0}


def _ratio_kept(box: Box, truth: Truth) -> float:
    assert truth.ratio is not None
    made = box.width * truth.photo.width / (box.height * truth.photo.height)
    return max(0.0, 1 - abs(math.log(made / truth.ratio)) / TOLERANCE)


def trl_reward(
    completions: list[Any], truth: list[str], images: list[Any] | None = None, **_: Any
) -> list[float]:
    """Return the total of each completion: what TRL's GRPO trainer calls.

    `truth` is the column of that name.
    """
    return [
        reward(_text(completion), Truth.model_validate_json(told))["total"]
        for completion, told in zip(completions, truth, strict=True)
    ]


def _text(completion: Any) -> str:
    """Return what was written: TRL gives turns, or a text for prompts that are one."""
    if isinstance(completion, str):
        return completion
    content = completion[-1]["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or "" for part in content)
