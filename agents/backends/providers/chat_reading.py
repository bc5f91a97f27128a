"""From the JSON of a chat completion to a WireReply, whatever the server put into it.

Servers that speak OpenAI's protocol differ in all but the outline: content as parts, thoughts under
four names, errors inside a 200, arguments as objects. What is not as any of them does is a problem
of the reply, never an error of Python's.
"""

import json
from collections.abc import Sequence
from typing import Any

from cropsmith.agents.backends.protocol.backend import Tokens, ToolCall
from cropsmith.agents.backends.protocol.wire import Finish, WireReply
from cropsmith.tools.schema.plain_text import plain_unicode

CALLS = 16
"""Tool calls of a reply that are read; four are carried out."""

FINISHES = {
    "length": Finish.LENGTH,
    "max_tokens": Finish.LENGTH,
    "model_length": Finish.LENGTH,
    "content_filter": Finish.BLOCKED,
    "safety": Finish.BLOCKED,
}
THOUGHTS = ("reasoning", "reasoning_content", "thinking", "reasoning_details")
"""Where servers put thoughts: vLLM, DeepSeek and SGLang, Ollama, OpenRouter."""

MOST = 10**12
"""Tokens above which a count is no count."""


def text_of(content: Any) -> str:
    """Return the text of a content: a string, parts, or the answer's own JSON as an object."""
    if isinstance(content, str):
        return plain_unicode(content)
    if isinstance(content, list):
        if all(isinstance(part, dict) and "type" in part for part in content):
            return "".join(_part_text(part) for part in content if not _is_thought(part))
        if all(isinstance(part, str) for part in content):
            return plain_unicode("".join(content))
    if isinstance(content, dict) and isinstance(content.get("text"), str) and len(content) <= 2:
        return plain_unicode(content["text"])
    return "" if content is None else plain_unicode(json.dumps(content, ensure_ascii=False))


def _is_thought(part: Any) -> bool:
    return isinstance(part, dict) and str(part.get("type")) in ("thinking", "reasoning")


def _part_text(part: Any) -> str:
    """Return the text of one part, whose name differs by server and kind."""
    if isinstance(part, str):
        return plain_unicode(part)
    if not isinstance(part, dict):
        return ""
    for name in ("text", "thinking", "summary", "content", "reasoning"):
        inner = part.get(name)
        if isinstance(inner, str):
            return plain_unicode(inner)
        if isinstance(inner, list):
            return "".join(map(_part_text, inner))
    return ""


def thoughts_of(message: dict[str, Any]) -> str:
    """Return the thoughts that stand beside or among the content."""
    for name in THOUGHTS:
        found = message.get(name)
        told = "".join(map(_part_text, found)) if isinstance(found, list) else _part_text(found)
        if told:
            return told
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return "".join(_part_text(part) for part in parts if _is_thought(part))


def calls_of(message: dict[str, Any]) -> tuple[list[ToolCall], str]:
    """Return the tool calls that are read, and a note on those that are not."""
    found = message.get("tool_calls")
    listed: Sequence[Any] = found if isinstance(found, list) else ()
    calls = [call_of(number, call) for number, call in enumerate(listed[:CALLS])]
    left = len(listed) - CALLS
    note = f"{left} tool calls beyond the first {CALLS} were not read" if left > 0 else ""
    return [call for call in calls if call is not None], note


def call_of(number: int, call: Any) -> ToolCall | None:
    """Return a tool call; None for what names no function."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        return None
    given = function.get("arguments")
    name = call.get("id")
    return ToolCall(
        id=plain_unicode(name) if isinstance(name, str) and name else f"call-{number}",
        name=plain_unicode(function["name"])[:200],
        arguments=arguments_of(given),
    )


def arguments_of(given: Any) -> str:
    """Return a call's arguments as JSON; some servers give an object instead of text."""
    if isinstance(given, str):
        return plain_unicode(given)
    return "" if given is None else plain_unicode(json.dumps(given))


def count_of(value: Any) -> int | None:
    """Return a count of tokens; None for what is none."""
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    return int(value) if whole and 0 <= value < MOST else None


def bill_of(usage: Any) -> float | None:
    """Return what a provider says that the call has cost, in US dollars; None where it does not."""
    told = usage.get("cost") if isinstance(usage, dict) else None
    if not isinstance(told, int | float) or isinstance(told, bool):
        return None
    return float(told) if 0 <= told < MOST else None


def _inner(usage: dict[str, Any], name: str) -> dict[str, Any]:
    found = usage.get(name)
    return found if isinstance(found, dict) else {}


def tokens_of(usage: Any) -> Tokens:
    """Return the bill, as far as it can be read."""
    if not isinstance(usage, dict):
        return Tokens()
    prompt = _inner(usage, "prompt_tokens_details")
    made = _inner(usage, "completion_tokens_details")
    pictures = prompt.get("multimodal_tokens")
    if isinstance(pictures, dict):
        pictures = pictures.get("image")
    return Tokens(
        prompt=count_of(usage.get("prompt_tokens")),
        completion=count_of(usage.get("completion_tokens")),
        reasoning=count_of(made.get("reasoning_tokens")),
        cached=count_of(prompt.get("cached_tokens")),
        pictures=count_of(pictures),
    )


def error_in(answer: dict[str, Any]) -> dict[str, Any] | None:
    """Return the error that a server put into a 200, in place of an answer or of a choice."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    for place in (answer, first):
        error = place.get("error") if isinstance(place, dict) else None
        if error and not (place is answer and first):
            return error if isinstance(error, dict) else {"message": str(error)}
    return None


def read_completion(answer: dict[str, Any]) -> WireReply:
    """Return what a completion says; what it lacks is the `problem` of the reply."""
    tokens = tokens_of(answer.get("usage"))
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict) or not isinstance(choice, dict):
        lacks = "choice" if not isinstance(choice, dict) else "message"
        problem = f"The server's answer holds no {lacks}."
        return WireReply(text="", finish=Finish.STOP, tokens=tokens, problem=problem)
    refusal = text_of(message.get("refusal"))
    finish = FINISHES.get(str(choice.get("finish_reason")).lower(), Finish.STOP)
    if finish is Finish.STOP and refusal:
        finish = Finish.REFUSED
    calls, note = calls_of(message)
    return WireReply(
        text=text_of(message.get("content")),
        thoughts=thoughts_of(message),
        finish=finish,
        reason=refusal or ("content filter" if finish is Finish.BLOCKED else ""),
        tokens=tokens,
        cost=bill_of(answer.get("usage")),
        tool_calls=calls,
        notes=(note,) if note else (),
    )
