"""Asks one model: every mind that has a model puts its questions through here.

What concerns one call becomes MindFailed with the status of its reply; the node records it and
goes on with the other sources. What no call can mend is raised as it is.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Ask, Backend, Reply, Status, Thinking
from cropsmith.agents.backends.protocol.wire import Incapable, NoSuchModel
from cropsmith.agents.minds.asking.darkroom import COMPARED, Darkroom
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.asking.script import ShownExample
from cropsmith.agents.minds.base.mind import MindFailed
from cropsmith.agents.trace.record import note
from cropsmith.errors import BudgetSpent, CropsmithError, MissingExtra, NotAllowed, Unavailable
from cropsmith.tools.schema.evidence import Example

A = TypeVar("A", bound=BaseModel)


class Asker:
    """One model, how it is sampled, and the pictures that it is shown."""

    def __init__(
        self,
        backend: Backend,
        *,
        temperature: float | None = None,
        seed: int = 0,
        thinking: Thinking | None = None,
        example_data: Callable[[Example], bytes | None] | None = None,
    ) -> None:
        """`temperature` None leaves it to each question; `example_data` finds stored pictures.

        `thinking` None is as little as goes without saying.
        """
        self.backend = backend
        self.darkroom = Darkroom(backend)
        self._temperature = temperature
        self._seed = seed
        self._thinking = thinking
        self._example_data = example_data
        self._answered = False

    @property
    def name(self) -> str:
        """`provider/model`."""
        return self.backend.name

    async def answer(self, question: Question[A]) -> A:
        """Ask, and return the answer. MindFailed when there is none."""
        reply = await self.reply(self.ask_of(question))
        if reply.status is not Status.OK or not isinstance(reply.value, question.answer):
            raise self.failure(reply)
        return reply.value

    def ask_of(self, question: Question[A]) -> Ask:
        """Return the question as a backend takes it."""
        messages = question.script.messages()
        asked = self._temperature
        return Ask(
            purpose=question.purpose,
            messages=messages,
            answer=question.answer,
            frame=question.frame,
            example=question.example,
            temperature=question.temperature if asked is None else asked,
            seed=self._seed,
            thinking=self._thinking,
            prompt_hashes=tuple(question.script.hashes),
        )

    async def ask(self, ask: Ask) -> Reply:
        """Ask. Raises what the backend raises, and Unavailable if nobody has ever answered.

        What the model or server lacks is noted.
        """
        reply = await self.backend.ask(ask)
        for lacks in reply.lacking:
            note(lacks, lacking=True)
        if reply.trouble == "connection" and not self._answered:
            raise Unavailable(reply.reason)
        self._answered = self._answered or reply.status is not Status.UNAVAILABLE
        return reply

    async def reply(self, ask: Ask) -> Reply:
        """Ask; what concerns this one call becomes MindFailed, what no call can mend is raised."""
        try:
            return await self.ask(ask)
        except BudgetSpent as spent:
            raise MindFailed(str(spent), status="error", source=self.name) from spent
        except (NotAllowed, NoSuchModel, MissingExtra):
            raise
        except Incapable as error:
            # Too many pictures, too long a prompt: others answer instead, and it is told.
            note(str(error), lacking=True)
            raise MindFailed(str(error), status="error", source=self.name) from error
        except CropsmithError as error:
            # A server that refuses one request (too many pictures, context) may take the next;
            # one that has not answered anything yet is the person's to put right.
            if not self._answered:
                raise
            raise MindFailed(str(error), status="error", source=self.name) from error

    def failure(self, reply: Reply) -> MindFailed:
        """Return what a reply without an answer is to a node."""
        reason = reply.reason or "The model gave no answer."
        return MindFailed(reason, status=str(reply.status), source=self.name)

    async def examples(
        self, examples: Sequence[Example], side: int = COMPARED
    ) -> list[ShownExample]:
        """Return the examples with their pictures, at most `side` pixels long; notes lost ones."""
        shown = []
        for example in examples:
            data = None
            if self._example_data is not None:
                data = await asyncio.to_thread(self._example_data, example)
            if data is None:
                note(f"The picture of the example {example.source} is missing; left out.")
                continue
            shown.append(ShownExample(example, await self.darkroom.example(data, side)))
        return shown
