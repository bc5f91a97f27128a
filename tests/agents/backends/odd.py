"""The corpus of odd replies (odd_replies.jsonl), as bytes that a server sends.

A line has the model's `text`, or the whole `message`, the `body` as JSON, or it `raw`; «sign*9»
stands for nine signs, $GOOD and $DRAFT for the answer and for one that was given up.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

GOOD = '{"label": "dog", "bbox_2d": [100, 200, 600, 900]}'
DRAFT = '{"label": "draft", "bbox_2d": [0, 0, 300, 300]}'
WORDS = {"$GOOD_AS_STRING": json.dumps(GOOD), "$GOOD": GOOD, "$DRAFT": DRAFT}
CALLS = [
    {"id": f"c{n}", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    for n in range(5000)
]
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


@dataclass(frozen=True)
class Odd:
    """One reply of a server, and the status that it must end as."""

    name: str
    status: str
    body: bytes
    http: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    """What the model itself wrote, where the server is not odd."""


def grown(value: Any) -> Any:
    """Return a value with the short forms of its texts written out."""
    if isinstance(value, dict):
        return {key: grown(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [grown(inner) for inner in value]
    if value == "$CALLS":
        return CALLS
    if not isinstance(value, str):
        return value
    for word, stands_for in WORDS.items():
        value = value.replace(word, stands_for)
    return re.sub(r"«(.+?)\*(\d+)»", lambda m: m[1] * int(m[2]), value, flags=re.DOTALL)


def completion(message: Any) -> dict[str, Any]:
    """Return a chat completion with a message."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", **message}}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "stub",
            "choices": [choice], "usage": USAGE}  # fmt: skip


def odd_of(line: Mapping[str, Any]) -> Odd:
    """Return one line of the corpus."""
    text = None
    if "raw" in line:
        body = grown(line["raw"]).encode("latin-1" if line.get("latin") else "utf-8")
    elif "body" in line:
        body = json.dumps(grown(line["body"])).encode()
    elif "message" in line:
        body = json.dumps(completion(grown(line["message"]))).encode()
    else:
        text = grown(line["text"])
        body = json.dumps(completion({"content": text})).encode()
    return Odd(
        line["name"],
        line["status"],
        body,
        line.get("http", 200),
        line.get("headers", {}),
        text,
    )


def lines() -> list[dict[str, Any]]:
    """Return the corpus as it is written."""
    path = Path(__file__).with_name("odd_replies.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
