"""An attempt as the model read it: turns of text and pictures, parameters apart.

Reads the shapes that bodies have on the wire: chat completions, responses and generateContent. A
body of another shape is one turn of text, so that nothing of it is hidden.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from cropsmith.agents.backends.protocol.attempt import Attempt
from cropsmith.agents.trace.record import CallRecord
from cropsmith.tools.schema.values import Value


class Piece(Value):
    """A part of a turn: text, or a picture by its hash."""

    text: str = ""
    picture: str = ""

    @property
    def shown(self) -> str:
        """The text, or what stands for the picture in one."""
        return self.text or f"[picture {self.picture[:16]}]"


class Turn(Value):
    """What one side said."""

    role: str
    pieces: tuple[Piece, ...]


class Conversation(Value):
    """What was sent, taken apart; the texts are those of the wire to the last sign."""

    turns: tuple[Turn, ...] = ()
    parameters: dict[str, JsonValue] = {}
    """All else of the body: model, temperature, limits, schema, tools."""


def conversation(attempt: Attempt) -> Conversation:
    """Return what the model was sent in this attempt."""
    try:
        body = json.loads(attempt.sent)
    except json.JSONDecodeError:
        body = None
    marks = {shown.mark: shown.sha256 for shown in attempt.pictures}
    if isinstance(body, dict) and isinstance(body.get("messages"), list):
        turns = [_message(message, marks) for message in body["messages"]]
        return Conversation(turns=tuple(turns), parameters=_without(body, "messages"))
    if isinstance(body, dict) and isinstance(body.get("input"), list):
        turns = [_item(item, marks) for item in body["input"]]
        return Conversation(turns=tuple(turns), parameters=_without(body, "input"))
    if isinstance(body, dict) and isinstance(body.get("contents"), list):
        first = body.get("systemInstruction")
        told = [{**first, "role": "system"}] if isinstance(first, dict) else []
        turns = [_content(content, marks) for content in (*told, *body["contents"])]
        rest = _without(body, "contents", "systemInstruction")
        return Conversation(turns=tuple(turns), parameters=rest)
    if not attempt.sent:
        return Conversation()
    return Conversation(turns=(Turn(role="sent", pieces=(Piece(text=attempt.sent),)),))


def said(attempt: Attempt) -> str:
    """Return the words of the answer; the whole body where it has another shape."""
    try:
        body = json.loads(attempt.raw)
        if "choices" in body:
            message = body["choices"][0]["message"]
            thoughts = message.get("reasoning") or message.get("reasoning_content")
            calls = [_called(c["function"]) for c in message.get("tool_calls") or ()]
            return "\n".join(filter(None, (thoughts, message.get("content"), *calls)))
        if "output" in body:
            turns = [_item(item, {}) for item in body["output"]]
            return "\n".join(piece.text for turn in turns for piece in turn.pieces if piece.text)
        if "candidates" in body:
            parts = body["candidates"][0].get("content", {}).get("parts", ())
            return "\n".join(piece.text for part in parts for piece in _part(part, {}))
    except (json.JSONDecodeError, KeyError, IndexError, TypeError, AttributeError):
        pass  # not an answer of a shape that is known: shown as it came
    return attempt.raw


def turns_of(call: CallRecord) -> Sequence[Turn]:
    """Return what a call's last attempt sent.

    Where nothing went over a wire, since the cache answered, what would have been said.
    """
    if not call.wire:
        return (Turn(role="user", pieces=(Piece(text=call.prompt),)),)
    return conversation(call.wire[-1]).turns


def as_sent(call: CallRecord) -> str:
    """Return the texts of `turns_of` in one, pictures by hash."""
    if not call.wire:
        return call.prompt
    return "\n\n".join(
        f"{turn.role}: " + "\n".join(piece.shown for piece in turn.pieces)
        for turn in turns_of(call)
    )


def _without(body: Mapping[str, Any], *names: str) -> dict[str, JsonValue]:
    return {name: value for name, value in body.items() if name not in names}


def _message(message: Mapping[str, Any], marks: Mapping[str, str]) -> Turn:
    content = message.get("content")
    pieces: list[Piece] = []
    if isinstance(content, str):
        pieces.append(Piece(text=content))
    for part in content if isinstance(content, list) else ():
        if "image_url" in part:
            pieces.append(_picture(str(part["image_url"]["url"]), marks))
        else:
            pieces.append(Piece(text=str(part.get("text", json.dumps(part)))))
    pieces += [Piece(text=_called(c["function"])) for c in message.get("tool_calls") or ()]
    return Turn(role=str(message.get("role", "")), pieces=tuple(pieces))


def _item(item: Mapping[str, Any], marks: Mapping[str, str]) -> Turn:
    """Return an item of the Responses API: a message, a call, its outcome, or thoughts."""
    kind = item.get("type", "message")
    if kind == "function_call":
        return Turn(role="assistant", pieces=(Piece(text=_called(item)),))
    if kind == "function_call_output":
        return Turn(role="tool", pieces=(Piece(text=str(item.get("output", ""))),))
    parts = item.get("summary" if kind == "reasoning" else "content") or ()
    pieces = [
        _picture(str(part["image_url"]), marks)
        if "image_url" in part
        else Piece(text=str(part.get("text", json.dumps(part))))
        for part in parts
    ]
    return Turn(role=str(item.get("role", "assistant")), pieces=tuple(pieces))


def _content(content: Mapping[str, Any], marks: Mapping[str, str]) -> Turn:
    parts = content.get("parts", ())
    pieces = [piece for part in parts for piece in _part(part, marks)]
    return Turn(role=str(content.get("role", "user")), pieces=tuple(pieces))


def _part(part: Mapping[str, Any], marks: Mapping[str, str]) -> Iterable[Piece]:
    if "inlineData" in part:
        yield _picture(str(part["inlineData"].get("data", "")), marks)
    elif "functionCall" in part:
        call = part["functionCall"]
        yield Piece(text=f"{call.get('name')}({json.dumps(call.get('args', {}))})")
    elif "text" in part:
        yield Piece(text=str(part["text"]))
    else:
        yield Piece(text=json.dumps(part))


def _picture(text: str, marks: Mapping[str, str]) -> Piece:
    found = next((sha256 for mark, sha256 in marks.items() if mark in text), None)
    return Piece(picture=found) if found else Piece(text=text)


def _called(function: Mapping[str, Any]) -> str:
    return f"{function.get('name')}({function.get('arguments') or ''})"


class Texts:
    """Long texts of a page, each once: the turns of thirty calls say much the same."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return where a text stands in `all`."""
        return self._known.setdefault(text, len(self._known))

    @property
    def all(self) -> Sequence[str]:
        """Every text, in order."""
        return list(self._known)
