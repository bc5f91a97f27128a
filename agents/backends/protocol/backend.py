"""The one protocol every model is asked through: Ask -> Reply.

The adapter behind it owns wire format, coordinate convention, image sizing, schema dialect, token
and cost arithmetic. Callers give and get boxes as `Box`, in [0, 1] on the upright image they name.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Protocol

from pydantic import BaseModel, Field

from cropsmith.tools.schema.geometry import Box, Point, Size
from cropsmith.tools.schema.values import Value

Thinking = Literal["off", "low", "medium", "high"]
"""How much a model is to think before it answers."""


class Status(StrEnum):
    """How a call ended. Only OK carries a value."""

    OK = "ok"
    REFUSED = "refused"
    BLOCKED = "blocked"
    TRUNCATED = "truncated"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Picture:
    """Upright pixels to show: an encoded JPEG or PNG without tags. Never in state or trace."""

    data: bytes = field(repr=False)
    size: Size
    mime: str = "image/jpeg"

    @cached_property
    def sha256(self) -> str:
        """Name of these bytes in the image store."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def base64(self) -> str:
        """The bytes as providers take them; a photo is sent in every call of a request."""
        return base64.b64encode(self.data).decode("ascii")


@dataclass(frozen=True)
class Boxes:
    """Boxes to tell the model about; the adapter writes them in its native format for `picture`."""

    boxes: Sequence[Box]
    picture: Picture


@dataclass(frozen=True)
class Said:
    """An earlier answer of the model, to be repeated to it in its native format."""

    value: BaseModel
    picture: Picture | None = None
    """The picture that the boxes of `value` refer to."""


@dataclass(frozen=True)
class Reach:
    """A width and a height, as shares of a picture's own."""

    across: float
    down: float


@dataclass(frozen=True)
class Slope:
    """How many times as wide as high something is, given as shares of a picture's sides."""

    across: float
    down: float


Place = Box | Point | Sequence[Box] | Reach | Slope
"""Geometry within a sentence."""


@dataclass(frozen=True)
class Told:
    """A sentence about places in a picture; the adapter writes them in the model's own numbers."""

    template: str
    """Its variables are written ${so}."""
    values: Mapping[str, str | Place]
    """A value for each variable: words, or geometry on `picture`."""
    picture: Picture


class ToolCall(Value):
    """A tool call that the model made."""

    id: str
    name: str
    arguments: str
    """JSON as received."""
    value: Any = None
    """An instance of the tool's `arguments`, boxes converted; None when they are unusable."""
    problem: str = ""
    """Why the arguments are unusable, in words that the model can mend."""
    opaque: str = ""
    """What the provider wants back unread with the call (Gemini's thought signature, base64)."""


@dataclass(frozen=True)
class Called:
    """Tool calls that the model made, to be repeated to it: a part of an assistant's turn."""

    calls: Sequence[ToolCall]


@dataclass(frozen=True)
class ToolOutcome:
    """What a tool answered to one call: a part of the user's turn that follows."""

    call: ToolCall
    text: str


Part = str | Picture | Boxes | Said | Told | Called | ToolOutcome


@dataclass(frozen=True)
class Message:
    """One turn."""

    role: Literal["system", "user", "assistant"]
    parts: Sequence[Part]


@dataclass(frozen=True)
class ToolSpec:
    """A tool the model may call natively; arguments are one Pydantic model."""

    name: str
    description: str
    arguments: type[BaseModel]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One question to a model."""

    purpose: str
    """"analyse", "propose", ...: names the call in traces and in scripts."""
    messages: Sequence[Message]
    answer: type[BaseModel]
    """Schema of the answer. Fields typed `Box` (or lists of it) are asked in the native convention,
    in the frame of `frame`, and arrive converted."""
    frame: Picture | None = None
    """The picture that the answer's boxes refer to."""
    example: BaseModel | None = None
    """A filled answer that shows the form; without one the prompt holds the schema instead."""
    tools: Sequence[ToolSpec] = ()
    tool_choice: str | None = None
    """A tool's name to force it, "auto", or None for no tools."""
    temperature: float = 0.0
    max_tokens: int = 4096
    seed: int | None = 0
    thinking: Thinking | None = None
    """How much the model is to think first; None for as little as goes without saying."""
    prompt_hashes: Sequence[str] = ()
    constrained: bool = True
    """Hold the answer to its schema on the server; False relies on the prompt and on validation."""
    timeout: float | None = None
    """Seconds for one attempt; None takes the backend's own."""

    @property
    def pictures(self) -> Sequence[Picture]:
        """Every picture shown, in order."""
        parts = [part for message in self.messages for part in message.parts]
        return [part for part in parts if isinstance(part, Picture)]


class Tokens(Value):
    """Usage as the provider reports it; None where it does not."""

    prompt: int | None = None
    completion: int | None = None
    reasoning: int | None = None
    cached: int | None = None
    """Share of `prompt` that was read from a cache."""
    written: int | None = None
    """Share of `prompt` that was put into a cache, where that is billed apart."""
    pictures: int | None = None
    """Share of `prompt` that the pictures took, where the provider tells."""
    estimated_images: int | None = None
    """Our own estimate for the images, kept beside the bill."""


class Reply(Value):
    """What a backend returns: a parsed value or a status, never a made-up answer."""

    status: Status
    value: Any = None
    """An instance of `Ask.answer` when OK and no tool was called; else None."""
    tool_calls: tuple[ToolCall, ...] = ()
    raw: str = ""
    """The answer as written, thoughts taken out."""
    thoughts: str = ""
    """What the model thought before, where it tells; its beginning, if long."""
    reason: str = ""
    """Why the status is not OK, one sentence."""
    trouble: str = ""
    """What kept the answer from coming, when UNAVAILABLE: "connection", "timeout", "busy", ..."""
    model: str
    tokens: Tokens = Tokens()
    cost: float | None = None
    """US dollars over all attempts; None when the price is not known."""
    seconds: float = 0.0
    attempts: int = Field(default=1, ge=0)
    convention: str = ""
    """Name and source of the coordinate convention: "qwen3-vl (table)", "probe 2026-11-20"."""
    sent: tuple[Size, ...] = ()
    seen: tuple[Size, ...] = ()
    cached: bool = False
    """Answered from the disk cache."""
    notes: tuple[str, ...] = ()
    """What was done to the answer or is odd about it: clamped boxes, a repair, token counts."""
    lacking: tuple[str, ...] = ()
    """What the server or model was asked for and cannot do, a sentence each."""


class Backend(Protocol):
    """A model that can be asked. Raises BackendError only for what no retry of ours can mend.

    Whatever happens to one call is a status of its reply: a server that cannot be reached is
    UNAVAILABLE. Raised are NotAllowed (key), Misconfigured (the request itself), BudgetSpent.
    """

    @property
    def name(self) -> str:
        """`provider/model`."""
        ...

    def fit(self, size: Size) -> Size:
        """Return the size to give a picture of `size`, so that nothing resamples it again."""
        ...

    async def ask(self, ask: Ask) -> Reply:
        """Ask once; retries, repair round, limits and recording are wrapped around."""
        ...
