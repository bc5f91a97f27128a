"""From an Ask to a WireRequest: pictures at the size seen, boxes in the model's own words.

The order of parts is kept, so that what stays the same over a request (system text, examples, the
photo) stands first and prefix caches find it. How boxes are written opens the first user turn,
before the first of them; the form of the answer ends it; later turns, such as rounds, only append.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cropsmith.agents.backends.boxes.answer_schema import answer_schema, has_boxes, own_schema
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.form_words import (
    box_text,
    coordinates,
    form_of,
    size_words,
    written,
)
from cropsmith.agents.backends.boxes.read_answer import write_answer
from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Boxes,
    Message,
    Part,
    Picture,
    Reach,
    Said,
    Slope,
    Told,
)
from cropsmith.agents.backends.protocol.pictures import fitted
from cropsmith.agents.backends.protocol.wire import (
    AnswerSchema,
    Dialect,
    Incapable,
    WireMessage,
    WirePart,
    WireRequest,
    WireTool,
)
from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Box, Point, Size


@dataclass(frozen=True)
class Rendered:
    """A request, and what is needed to read its answer."""

    request: WireRequest
    schema: AnswerSchema
    sent: Size | None
    """Size at which the picture that boxes refer to was sent."""


class Renderer:
    """Renders asks for one model."""

    def __init__(
        self, convention: Convention | None, dialect: Dialect, *, constrained: bool = True
    ) -> None:
        self._convention = convention
        self._dialect = dialect
        self._constrained = constrained

    def size_of(self, picture: Picture) -> Size:
        """Return the size at which a picture is sent."""
        return picture.size if self._convention is None else self._convention.sent(picture.size)

    def render(self, ask: Ask, timeout: float) -> Rendered:
        """Render one ask. UsageError when boxes are asked of a model of unknown convention."""
        frame = ask.frame
        sent = None if frame is None else self.size_of(frame)
        if self._convention is None and has_boxes(own_schema(ask.answer)):
            raise UsageError(
                "How this model writes boxes is not known.",
                hint="Calibrate it once: cropsmith models probe MODEL",
            )
        schema = answer_schema(ask.answer, self._convention, sent, self._dialect)
        measured = self._measured(ask)
        messages = [
            WireMessage(
                message.role, [w for part in message.parts for w in self._parts(part, measured)]
            )
            for message in ask.messages
        ]
        # Also where tools are offered: their arguments hold boxes too, and the first turn stays
        # the same over a conversation, so that prefix caches find it.
        opening = "" if self._convention is None or frame is None else coordinates(self._convention)
        messages = _framed(messages, opening, form_of(ask, self._convention, schema, sent))
        messages = [WireMessage(message.role, _joined(message.parts)) for message in messages]
        self._check(messages)
        held = self._constrained and ask.constrained and ask.tool_choice is None
        request = WireRequest(
            messages=messages,
            schema=schema if held else None,
            tools=[
                WireTool(tool.name, tool.description, self._arguments(tool.arguments, sent))
                for tool in ask.tools
            ],
            tool_choice=ask.tool_choice,
            temperature=ask.temperature,
            max_tokens=ask.max_tokens,
            seed=ask.seed,
            thinking=ask.thinking,
            timeout=ask.timeout or timeout,
        )
        return Rendered(request, schema, sent)

    def _arguments(self, arguments: Any, sent: Size | None) -> dict[str, Any]:
        return answer_schema(arguments, self._convention, sent, self._dialect).native

    def _measured(self, ask: Ask) -> frozenset[str]:
        """Return the pictures whose size must be told: boxes are counted on their pixels."""
        if self._convention is None or self._convention.extent is not None:
            return frozenset()
        told = [ask.frame] if ask.frame else []
        for part in (part for message in ask.messages for part in message.parts):
            if isinstance(part, Boxes | Told | Said) and part.picture is not None:
                told.append(part.picture)
        return frozenset(picture.sha256 for picture in told)

    def _parts(self, part: Part, measured: frozenset[str]) -> Sequence[WirePart]:
        made = self._part(part)
        if self._convention and isinstance(part, Picture) and part.sha256 in measured:
            return (made, size_words(self._convention, self.size_of(part)))
        return (made,)

    def _part(self, part: Part) -> WirePart:
        if isinstance(part, Picture):
            return fitted(part, self.size_of(part))
        if isinstance(part, Told):
            return self._told(part)
        if isinstance(part, Boxes):
            return self._boxes(part)
        if isinstance(part, Said):
            sent = None if part.picture is None else self.size_of(part.picture)
            return write_answer(part.value, self._convention, sent)
        return part

    def _known(self) -> Convention:
        if self._convention is None:
            raise UsageError(
                "How this model writes boxes is not known.",
                hint="Calibrate it once: cropsmith models probe MODEL",
            )
        return self._convention

    def _boxes(self, part: Boxes) -> str:
        convention, sent = self._known(), self.size_of(part.picture)
        return "\n".join(box_text(box, convention, sent) for box in part.boxes)

    def _told(self, part: Told) -> str:
        sent = self.size_of(part.picture)
        if all(isinstance(value, str) for value in part.values.values()):
            return string.Template(part.template).substitute(part.values).strip()
        convention = self._known()
        values = {name: written(value, convention, sent) for name, value in part.values.items()}
        return string.Template(part.template).substitute(values).strip()

    def _check(self, messages: list[WireMessage]) -> None:
        if self._convention is None:
            return
        limits = self._convention.limits
        pictures = [p for m in messages for p in m.parts if isinstance(p, Picture)]
        if len(pictures) > limits.images:
            raise Incapable(
                f"{len(pictures)} pictures are more than {self._convention.family} takes "
                f"in one request ({limits.images}).",
                hint="Show fewer examples.",
            )

    def estimate(self, request: WireRequest) -> int | None:
        """Return the estimated tokens of the pictures; None where there is no rule."""
        if self._convention is None:
            return None
        total = 0
        for message in request.messages:
            for part in message.parts:
                if isinstance(part, Picture):
                    tokens = self._convention.resize.tokens(part.size)
                    if tokens is None:
                        return None
                    total += tokens
        return total


def _framed(messages: list[WireMessage], opening: str, form: str) -> list[WireMessage]:
    done = False
    made: list[WireMessage] = []
    for message in messages:
        if message.role == "user" and not done:
            first = [opening] if opening else []
            message, done = WireMessage("user", [*first, *message.parts, form]), True
        made.append(message)
    return made


def _joined(parts: Sequence[WirePart]) -> list[WirePart]:
    """Join neighbouring texts: items of a list line by line, all else as paragraphs."""
    made: list[WirePart] = []
    for part in parts:
        if made and isinstance(part, str) and isinstance(made[-1], str):
            made[-1] += ("\n" if part.startswith("- ") else "\n\n") + part
        else:
            made.append(part)
    return made


def prompt_text(messages: Sequence[Message]) -> str:
    """Return the text of an ask, pictures replaced by their hashes: what a trace may keep."""
    lines = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, Picture):
                text = f"[picture {part.sha256[:12]} {part.size.width}x{part.size.height}]"
            elif isinstance(part, Boxes):
                text = "\n".join(str(list(box.corners)) for box in part.boxes)
            elif isinstance(part, Said):
                text = part.value.model_dump_json()
            elif isinstance(part, Told):
                text = _ours(part)
            elif isinstance(part, str):
                text = part
            else:
                text = repr(part)
            lines.append(f"{message.role}: {text}")
    return "\n".join(lines)


def _ours(part: Told) -> str:
    """Return a sentence with its geometry in our frame."""

    def words(value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, Box):
            return str(list(value.corners))
        if isinstance(value, Point):
            return str([value.x, value.y])
        if isinstance(value, Reach):
            return f"{value.across:.4g} of the width and {value.down:.4g} of the height"
        if isinstance(value, Slope):
            return f"{value.across / value.down:.4g}"
        assert isinstance(value, Sequence)
        return ", ".join(map(words, value))

    values = {name: words(value) for name, value in part.values.items()}
    return string.Template(part.template).substitute(values).strip()
