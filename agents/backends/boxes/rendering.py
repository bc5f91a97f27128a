"""From an Ask to a WireRequest: pictures at the size seen, boxes in the model's own words.

The order of parts is kept, so that what stays the same over a request (system text, examples, the
photo) stands first and prefix caches find it. The description of the answer's format ends the
first user turn; later turns, such as refinement rounds, only append.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cropsmith.agents.backends.boxes.answer_schema import answer_schema, has_boxes, own_schema
from cropsmith.agents.backends.boxes.convention import Convention, Frame, Notation
from cropsmith.agents.backends.boxes.native_box import NAMES, TEMPLATES, write_box
from cropsmith.agents.backends.boxes.read_answer import write_answer
from cropsmith.agents.backends.protocol.backend import Ask, Boxes, Message, Part, Picture, Said
from cropsmith.agents.backends.protocol.pictures import fitted
from cropsmith.agents.backends.protocol.wire import (
    AnswerSchema,
    Dialect,
    WireMessage,
    WirePart,
    WireRequest,
    WireTool,
)
from cropsmith.errors import UsageError
from cropsmith.prompts import render
from cropsmith.tools.schema.geometry import Size


@dataclass(frozen=True)
class Rendered:
    """A request, and what is needed to read its answer."""

    request: WireRequest
    schema: AnswerSchema
    sent: Size | None
    """Size at which the picture that boxes refer to was sent."""


def box_words(convention: Convention) -> str:
    """Return how a box is to be written, with the names of its numbers."""
    names = ("x1", "y1", "x2", "y2")
    if convention.order.value == "yxyx":
        names = ("y1", "x1", "y2", "x2")
    if convention.notation is Notation.NAMED:
        return f"an object with {', '.join(NAMES)}"
    if template := TEMPLATES.get(convention.notation):
        return template.format(*names)
    return f"[{', '.join(names)}]"


def format_text(convention: Convention | None, schema: AnswerSchema, sent: Size | None) -> str:
    """Return the description of the answer: its schema, and how boxes are written."""
    form = render("answer/json", schema=schema.text).text
    if convention is None or sent is None or not has_boxes(schema.own):
        return form
    swapped = convention.order.value == "yxyx"
    words = {
        "json": form,
        "box": box_words(convention),
        "order": "y1, x1, y2, x2" if swapped else "x1, y1, x2, y2",
        "point": "y, x" if swapped else "x, y",
    }
    if convention.extent is None:
        # Pixels only mean something beside the size they are counted on.
        seen = convention.seen(sent)
        return render("answer/boxes_pixels", width=seen.width, height=seen.height, **words).text
    frame = "the picture"
    if convention.frame is Frame.PADDED:
        frame = "the picture padded to a square"
    return render("answer/boxes_scaled", extent=f"{convention.extent:g}", frame=frame, **words).text


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
        form = format_text(self._convention, schema, sent)
        messages = [
            WireMessage(message.role, [self._part(part) for part in message.parts])
            for message in ask.messages
        ]
        # Also where tools are offered: their arguments hold boxes too, and the first turn stays
        # the same over a conversation, so that prefix caches find it.
        messages = _with_form(messages, form)
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
            timeout=ask.timeout or timeout,
        )
        return Rendered(request, schema, sent)

    def _arguments(self, arguments: Any, sent: Size | None) -> dict[str, Any]:
        return answer_schema(arguments, self._convention, sent, self._dialect).native

    def _part(self, part: Part) -> WirePart:
        if isinstance(part, Picture):
            return fitted(part, self.size_of(part))
        if isinstance(part, Boxes):
            return self._boxes(part)
        if isinstance(part, Said):
            sent = None if part.picture is None else self.size_of(part.picture)
            return write_answer(part.value, self._convention, sent)
        return part

    def _boxes(self, part: Boxes) -> str:
        if self._convention is None:
            raise UsageError(
                "How this model writes boxes is not known.",
                hint="Calibrate it once: cropsmith models probe MODEL",
            )
        sent = self.size_of(part.picture)
        written = [write_box(box, self._convention, sent) for box in part.boxes]
        if part.scores:
            # Cropper's tuple: the score leads.
            return "\n".join(
                f"{score:.2f} {box}" for score, box in zip(part.scores, written, strict=True)
            )
        return "\n".join(str(box) for box in written)

    def _check(self, messages: list[WireMessage]) -> None:
        if self._convention is None:
            return
        limits = self._convention.limits
        pictures = [p for m in messages for p in m.parts if isinstance(p, Picture)]
        if len(pictures) > limits.images:
            raise UsageError(
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


def _with_form(messages: list[WireMessage], form: str) -> list[WireMessage]:
    done = False
    made: list[WireMessage] = []
    for message in messages:
        if message.role == "user" and not done:
            message, done = WireMessage("user", [*message.parts, form]), True
        made.append(message)
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
            elif isinstance(part, str):
                text = part
            else:
                text = repr(part)
            lines.append(f"{message.role}: {text}")
    return "\n".join(lines)
