"""A question to a model: what it is told, and what its answer must look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from cropsmith.agents.backends.protocol.backend import Part, Picture
from cropsmith.agents.minds.asking.script import Script

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Question(Generic[A]):
    """One question, ready to be asked."""

    purpose: str
    """"propose", "decide", ...: names the call in traces."""
    script: Script
    answer: type[A]
    frame: Picture | None = None
    """The picture that the answer's boxes refer to."""
    example: BaseModel | None = None
    """A filled answer that shows the form, its values no photo's own."""
    temperature: float = 0.0
    """Of the sampling, where the person asked for none."""
    endings: Sequence[Sequence[Part]] = ((),)
    """With tools: what is said before each answer, once no more of them are called."""
