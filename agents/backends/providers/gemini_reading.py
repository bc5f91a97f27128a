"""From what Gemini generated to a WireReply, whatever stands in it."""

import re
from typing import Any

from cropsmith.agents.backends.calls.http_faults import seconds_of
from cropsmith.agents.backends.protocol.backend import Tokens, ToolCall
from cropsmith.agents.backends.protocol.wire import Finish, WireReply
from cropsmith.agents.backends.providers.chat_reading import CALLS, arguments_of, count_of
from cropsmith.tools.schema.plain_text import plain_unicode

BLOCKED = {
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
    "LANGUAGE",
    "OTHER",
}

BROKEN_CALLS = {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"}
"""Finishes of a call that Gemini itself could not read."""


def read_generated(answer: dict[str, Any]) -> WireReply:
    """Return what a response says; what it lacks is the `problem` of the reply."""
    tokens = tokens_of(answer.get("usageMetadata"))
    candidates = answer.get("candidates")
    if not candidates:
        feedback = answer.get("promptFeedback")
        reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
        return WireReply(text="", finish=Finish.BLOCKED, tokens=tokens, reason=_word(reason))
    first = candidates[0] if isinstance(candidates, list) else None
    if not isinstance(first, dict):
        problem = "The server's answer holds no candidate."
        return WireReply(text="", finish=Finish.STOP, tokens=tokens, problem=problem)
    word = _word(first.get("finishReason"))
    finish = Finish.STOP
    if word in BLOCKED:
        finish = Finish.BLOCKED
    elif word == "MAX_TOKENS":
        finish = Finish.LENGTH
    content = first.get("content")
    listed = content.get("parts") if isinstance(content, dict) else None
    parts = [p for p in listed if isinstance(p, dict)] if isinstance(listed, list) else []
    called = [part for part in parts if _named(part.get("functionCall"))]
    left = len(called) - CALLS
    return WireReply(
        text=_joined(parts, thought=False),
        thoughts=_joined(parts, thought=True),
        finish=finish,
        reason=word if finish is Finish.BLOCKED else "",
        tokens=tokens,
        tool_calls=[_call(number, part) for number, part in enumerate(called[:CALLS])],
        problem=f"The model's tool call was broken ({word})." if word in BROKEN_CALLS else "",
        notes=(f"{left} tool calls beyond the first {CALLS} were not read",) if left > 0 else (),
    )


def _named(call: Any) -> bool:
    return isinstance(call, dict) and isinstance(call.get("name"), str) and bool(call["name"])


def _joined(parts: list[dict[str, Any]], *, thought: bool) -> str:
    texts = (p["text"] for p in parts if isinstance(p.get("text"), str))
    kinds = (bool(p.get("thought")) for p in parts if isinstance(p.get("text"), str))
    kept = (text for text, kind in zip(texts, kinds, strict=True) if kind is thought)
    return plain_unicode("".join(kept))


def _call(number: int, part: dict[str, Any]) -> ToolCall:
    call, signature = part["functionCall"], part.get("thoughtSignature")
    name = call.get("id")
    return ToolCall(
        id=plain_unicode(name) if isinstance(name, str) and name else f"call-{number}",
        name=plain_unicode(call["name"])[:200],
        arguments=arguments_of(call.get("args") or {}),
        opaque=plain_unicode(signature) if isinstance(signature, str) else "",
    )


def _word(value: Any) -> str:
    return plain_unicode(value)[:100] if isinstance(value, str) else ""


def retry_delay(details: Any) -> float | None:
    """Return the seconds of a RetryInfo among an error's details; None for no such thing."""
    inner = details.get("error", details) if isinstance(details, dict) else {}
    listed = inner.get("details") if isinstance(inner, dict) else None
    for detail in listed if isinstance(listed, list) else ():
        wish = detail.get("retryDelay", "") if isinstance(detail, dict) else ""
        if found := re.fullmatch(r"([\d.]{1,20})s", str(wish)):
            return seconds_of(found[1])
    return None


def tokens_of(usage: Any) -> Tokens:
    """Return the bill, as far as it can be read."""
    if not isinstance(usage, dict):
        return Tokens()
    thoughts = count_of(usage.get("thoughtsTokenCount"))
    made = count_of(usage.get("candidatesTokenCount"))
    details = usage.get("promptTokensDetails")
    pictures = [
        count_of(detail.get("tokenCount"))
        for detail in (details if isinstance(details, list) else ())
        if isinstance(detail, dict) and detail.get("modality") == "IMAGE"
    ]
    return Tokens(
        prompt=count_of(usage.get("promptTokenCount")),
        # Thoughts are billed as output.
        completion=None if made is None and thoughts is None else (made or 0) + (thoughts or 0),
        reasoning=thoughts,
        cached=count_of(usage.get("cachedContentTokenCount")),
        pictures=pictures[0] if pictures else None,
    )
