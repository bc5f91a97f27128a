"""One lesson: a question exactly as a run asks it, and the answer that a model should give.

The question is a backend's `Ask` and the answer the schema that it asks for, boxes in our frame.
Only `said` puts both into the words of one family of models, with the code of the run itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.read_answer import write_answer
from cropsmith.agents.backends.boxes.rendering import Renderer
from cropsmith.agents.backends.protocol.backend import Ask
from cropsmith.agents.backends.protocol.wire import Dialect, WireMessage
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.values import Value

Kind = Literal["sft", "dpo", "grpo"]
"""Answers to imitate; two answers, the better one named; questions with a reward."""


class Truth(Value):
    """What people said of a photo, as far as one question is about it: what a reward needs."""

    purpose: str
    """"propose", "decide" or another that has no reward but its form."""
    convention: Convention
    sent: Size
    """Size at which the picture that boxes refer to was sent."""
    photo: Size
    experts: tuple[Box, ...] = ()
    """Good crops, best first; none where only votes are known."""
    ratio: float | None = None
    """Asked width over height."""
    subject: Box | None = None
    keep: bool | None = None
    """Whether the photo is best left as it is; None where nobody said."""
    letters: tuple[float, ...] = Field(default=(), max_length=26)
    """How good the choice of each letter is, in [0, 1]."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A question with its answer; of a preference also with the answer that people liked less."""

    photo: str
    """Its name in its data set."""
    source: Literal["expert", "votes", "recorded"]
    ask: Ask
    answer: BaseModel
    rejected: BaseModel | None = None
    equal: bool = False
    """Of a preference: whether both crops have one area, so that size tells nothing."""
    truth: Truth


@dataclass(frozen=True)
class Spoken:
    """A lesson in the words of a family."""

    prompt: Sequence[WireMessage]
    answer: str
    rejected: str
    """Empty where there is none."""


def said(lesson: Lesson) -> Spoken:
    """Return a lesson as its model reads and writes it: prompt, pictures and boxes of the run."""
    convention = lesson.truth.convention
    # The form of answers is shown by an example, so that no server's dialect is in the prompt.
    rendered = Renderer(convention, Dialect.GRAMMAR).render(lesson.ask, timeout=0)

    def written(value: BaseModel | None) -> str:
        return "" if value is None else write_answer(value, convention, rendered.sent)

    return Spoken(rendered.request.messages, written(lesson.answer), written(lesson.rejected))
