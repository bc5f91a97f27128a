"""From a message of Anthropic's to a WireReply, whatever stands in it."""

import json
from typing import Any

from cropsmith.agents.backends.protocol.backend import Tokens, ToolCall
from cropsmith.agents.backends.protocol.wire import Finish, WireReply
from cropsmith.agents.backends.providers.chat_reading import CALLS, arguments_of, count_of
from cropsmith.tools.schema.plain_text import plain_unicode

FINISHES = {
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    # A filter beside the model ends the message; a model that declines does it in words.
    "refusal": Finish.BLOCKED,
}


def read_message(answer: dict[str, Any]) -> WireReply:
    """Return what a message says; what it lacks is the `problem` of the reply."""
    tokens = tokens_of(answer.get("usage"))
    listed = answer.get("content")
    if not isinstance(listed, list):
        problem = "The server's answer holds no content."
        return WireReply(text="", finish=Finish.STOP, tokens=tokens, problem=problem)
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[ToolCall] = []
    unspent: list[dict[str, Any]] = []
    left = 0
    for block in listed:
        kind = block.get("type") if isinstance(block, dict) else None
        if kind == "text":
            texts.append(_word(block.get("text")))
        elif kind in ("thinking", "redacted_thinking"):
            thoughts.append(_word(block.get("thinking")))
            unspent.append(block)
        elif kind == "tool_use" and isinstance(block.get("name"), str):
            if len(calls) == CALLS:
                left += 1
                continue
            calls.append(_call(len(calls), block, unspent))
            unspent = []
    finish = FINISHES.get(str(answer.get("stop_reason")), Finish.STOP)
    return WireReply(
        text="".join(texts),
        thoughts="\n".join(filter(None, thoughts)),
        finish=finish,
        reason=_why(answer.get("stop_details")) if finish is Finish.BLOCKED else "",
        tokens=tokens,
        tool_calls=calls,
        notes=(f"{left} tool calls beyond the first {CALLS} were not read",) if left else (),
    )


def _word(value: Any) -> str:
    return plain_unicode(value) if isinstance(value, str) else ""


def _why(details: Any) -> str:
    """Return why a filter stopped the message: its category, and its explanation."""
    told = details if isinstance(details, dict) else {}
    words = (_word(told.get(name))[:200] for name in ("category", "explanation"))
    return ": ".join(filter(None, words)) or "refusal"


def _call(number: int, block: dict[str, Any], thoughts: list[dict[str, Any]]) -> ToolCall:
    name = block.get("id")
    return ToolCall(
        id=plain_unicode(name) if isinstance(name, str) and name else f"call-{number}",
        name=plain_unicode(block["name"])[:200],
        arguments=arguments_of(block.get("input")),
        opaque=plain_unicode(json.dumps(thoughts)) if thoughts else "",
    )


def tokens_of(usage: Any) -> Tokens:
    """Return the bill; `input_tokens` leaves out what went to and came from the cache."""
    if not isinstance(usage, dict):
        return Tokens()
    bare = count_of(usage.get("input_tokens"))
    read = count_of(usage.get("cache_read_input_tokens"))
    written = count_of(usage.get("cache_creation_input_tokens"))
    made = usage.get("output_tokens_details")
    return Tokens(
        prompt=None if bare is None else bare + (read or 0) + (written or 0),
        completion=count_of(usage.get("output_tokens")),
        reasoning=count_of(made.get("thinking_tokens")) if isinstance(made, dict) else None,
        cached=read,
        written=written,
    )
