"""What goes to a provider and what comes back, in words common to all of them."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol

from cropsmith.agents.backends.protocol.backend import (
    Called,
    Picture,
    Thinking,
    Tokens,
    ToolCall,
    ToolOutcome,
)
from cropsmith.errors import Misconfigured, Unavailable

WirePart = str | Picture | Called | ToolOutcome


@dataclass(frozen=True)
class WireMessage:
    """One turn, boxes already written in the model's own words."""

    role: Literal["system", "user", "assistant"]
    parts: Sequence[WirePart]


@dataclass(frozen=True)
class WireTool:
    """A tool, its arguments described by a JSON schema in the provider's dialect."""

    name: str
    description: str
    parameters: dict[str, Any]


class Dialect(StrEnum):
    """Whose reading of JSON schema to write for."""

    OPENAI = "openai"
    """Strict mode: all required, nothing more, no string lengths."""
    GEMINI = "gemini"
    """`response_json_schema`, with propertyOrdering."""
    GRAMMAR = "grammar"
    """xgrammar and llguidance: everything bounded, string lengths enforced."""


@dataclass(frozen=True)
class AnswerSchema:
    """An answer's own schema beside the one that the model is held to."""

    name: str
    own: dict[str, Any]
    """Of the Pydantic model, references resolved."""
    native: dict[str, Any]
    """With native boxes, in the dialect; what goes on the wire."""

    @cached_property
    def text(self) -> str:
        """The native schema in one line, for models that only read prompts."""
        return json.dumps(self.native, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True)
class WireRequest:
    """One request, ready to be put into a provider's own shape."""

    messages: Sequence[WireMessage]
    schema: AnswerSchema | None
    """What the answer is held to; None when the model only reads prompts, or calls a tool."""
    tools: Sequence[WireTool] = ()
    tool_choice: str | None = None
    temperature: float = 0.0
    max_tokens: int = 4096
    seed: int | None = None
    thinking: Thinking | None = None
    """How much the model is to think first; None for as little as goes without saying."""
    timeout: float = 120.0
    """Seconds for this attempt."""


class Finish(StrEnum):
    """Why the model stopped, in one vocabulary."""

    STOP = "stop"
    LENGTH = "length"
    REFUSED = "refused"
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True)
class WireReply:
    """What a provider answered."""

    text: str
    finish: Finish
    tokens: Tokens
    thoughts: str = ""
    """Reasoning kept apart by the provider; some servers put the answer there by mistake."""
    reason: str = ""
    """The provider's own word for a block or refusal."""
    tool_calls: Sequence[ToolCall] = ()
    cost: float | None = None
    """US dollars, where the provider itself tells what it charged."""
    share: float = 1.0
    """Of the list price: batches cost half."""
    problem: str = ""
    """What is wrong with what the server sent, one sentence: the reply is invalid then."""
    notes: Sequence[str] = ()
    lacking: Sequence[str] = ()
    """What the server or model was asked for and cannot do, a sentence each."""


class Trouble(StrEnum):
    """What kept an answer from coming: the rows of the retry policy."""

    CONNECTION = "connection"
    TIMEOUT = "timeout"
    BUSY = "busy"
    """429."""
    QUOTA = "quota"
    """429 that no waiting mends."""
    SERVER = "server"
    """408, 409, 5xx."""
    GIBBERISH = "gibberish"
    """Success, but not the provider's JSON."""
    PICTURE = "picture"
    """The server could not read a picture of the request: this item's own fault."""


class WireFault(Unavailable):
    """No answer came. `retry_after` is the provider's own wish, in seconds."""

    def __init__(
        self, message: str, trouble: Trouble, *, hint: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.trouble = trouble
        self.retry_after = retry_after


class Incapable(Misconfigured):
    """The server or model cannot do what was asked: tools, so many pictures, so long a prompt."""


class CannotForce(Incapable):
    """No tool can be forced here, though tools can be called."""


class NoSuchModel(Misconfigured):
    """The server does not have the model; the hint names the nearest of those it offers."""

    def __init__(self, provider: str, endpoint: str, model: str, offered: Sequence[str]) -> None:
        near = difflib.get_close_matches(model, offered, n=3, cutoff=0.4) or offered[:5]
        names = ", ".join(f"{provider}/{name}" for name in near)
        super().__init__(
            f"The server at {endpoint} has no model '{model}'.",
            hint=f"It offers: {names}" if names else "See: cropsmith models list",
        )


class Wire(Protocol):
    """One provider's way of sending: the only part that knows its SDK."""

    @property
    def provider(self) -> str:
        """First part of `provider/model`."""
        ...

    @property
    def model(self) -> str:
        """The model's name at the provider."""
        ...

    @property
    def endpoint(self) -> str:
        """Where requests go, without credentials: limits and caches are kept per endpoint."""
        ...

    @property
    def dialect(self) -> Dialect:
        """The provider's reading of JSON schema."""
        ...

    async def send(self, request: WireRequest) -> WireReply:
        """Send one request, without retrying.

        Raises WireFault when no answer came, NotAllowed for a refused key, Misconfigured for a
        request that the server rejects.
        """
        ...

    async def models(self) -> Sequence[str]:
        """Return the names of the models that the provider offers. Raises as `send` does."""
        ...
