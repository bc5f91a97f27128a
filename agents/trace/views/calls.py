"""The model calls of a step as the page draws them: attempts, turns, and boxes of the reply."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cropsmith.agents.backends.protocol.attempt import Attempt
from cropsmith.agents.trace.conversation import Conversation, Texts, conversation, said
from cropsmith.agents.trace.record import CallRecord

BOXES = 40
"""Boxes of one reply that are drawn at most."""


def call_of(call: CallRecord, texts: Texts) -> Mapping[str, Any]:
    """Return one call as JSON for the page; long texts by their number."""
    return {
        "purpose": call.purpose,
        "model": call.model,
        "status": call.status,
        "reason": call.reason,
        "seconds": call.seconds,
        "tokens": [call.prompt_tokens, call.completion_tokens, call.cached_tokens],
        "cost": call.cost,
        "convention": call.convention,
        "cached": call.from_cache,
        "notes": call.notes,
        "parsed": None if call.parsed is None else texts.number(_pretty(call.parsed)),
        "tools": [texts.number(_pretty(tool)) for tool in call.tool_calls],
        "raw": texts.number(call.raw),
        "boxes": list(_boxes(call.parsed))[:BOXES],
        "framed": call.pictures[call.frame] if call.frame is not None else None,
        # Of a trace without the wire, or a reply from the cache: the question as we put it.
        "prompt": None if call.wire else texts.number(call.prompt),
        "pictures": () if call.wire else call.pictures,
        "attempts": [_attempt(attempt, call, texts) for attempt in call.wire],
    }


def _attempt(attempt: Attempt, call: CallRecord, texts: Texts) -> Mapping[str, Any]:
    told: Conversation = conversation(attempt)
    return {
        "why": attempt.why,
        "status": attempt.status,
        "reason": attempt.reason,
        "http": attempt.http,
        "seconds": attempt.seconds,
        "url": attempt.url,
        "tokens": [attempt.tokens.prompt, attempt.tokens.completion],
        "cost": attempt.cost,
        "turns": [
            {
                "role": turn.role,
                "pieces": [
                    {"picture": piece.picture}
                    if piece.picture
                    else {"text": texts.number(piece.text)}
                    for piece in turn.pieces
                ],
            }
            for turn in told.turns
        ],
        "sizes": {p.sha256: [p.size.width, p.size.height] for p in attempt.pictures},
        "framed": _framed(attempt, call),
        "parameters": texts.number(_pretty(told.parameters)),
        "headers": {**attempt.headers, **{f"← {k}": v for k, v in attempt.answered.items()}},
        "said": texts.number(said(attempt)),
        "body": texts.number(attempt.raw),
        "bytes": attempt.raw_bytes,
        "sha256": attempt.raw_sha256,
    }


def _framed(attempt: Attempt, call: CallRecord) -> str | None:
    """Return which picture of the attempt the boxes refer to: sent as it was, or resampled."""
    if call.frame is None:
        return None
    asked = call.pictures[call.frame]
    sent = [shown.sha256 for shown in attempt.pictures]
    if asked in sent:
        return asked
    place = list(dict.fromkeys(call.pictures)).index(asked)
    return sent[place] if place < len(sent) else None


def _boxes(value: Any) -> Iterator[Sequence[float]]:
    """Yield every box in an understood reply."""
    if isinstance(value, Mapping):
        corners = [value.get(name) for name in ("x1", "y1", "x2", "y2")]
        if all(isinstance(corner, int | float) for corner in corners):
            yield [float(corner) for corner in corners if isinstance(corner, int | float)]
        else:
            for inner in value.values():
                yield from _boxes(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _boxes(inner)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
