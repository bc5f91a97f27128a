"""Replies kept on disk, keyed by everything that matters to them."""

import asyncio
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.calls.wrapper import Around
from cropsmith.agents.backends.protocol.backend import (
    Ask,
    Backend,
    Boxes,
    Called,
    Part,
    Picture,
    Reply,
    Said,
    Status,
    Told,
    ToolOutcome,
)
from cropsmith.agents.backends.protocol.reply_codec import dumps, loads
from cropsmith.errors import OutputError, why
from cropsmith.settings import home

VERSION = 3
"""Raise it when adapters change what they send or how they read."""


def _part(part: Part) -> Any:
    match part:
        case str():
            return part
        case Picture():
            return {"picture": part.sha256}
        case Boxes():
            return {
                "boxes": [list(box.corners) for box in part.boxes],
                "of": part.picture.sha256,
            }
        case Said():
            return {
                "said": part.value.model_dump(mode="json"),
                "of": part.picture.sha256 if part.picture else None,
            }
        case Told():
            return {
                "told": part.template,
                "values": {name: repr(value) for name, value in part.values.items()},
                "of": part.picture.sha256,
            }
        case Called():
            return {"called": [call.model_dump(exclude={"value"}) for call in part.calls]}
        case ToolOutcome():
            return {"call": part.call.id, "outcome": part.text}


def key_of(ask: Ask, identity: str) -> str:
    """Return the sha256 of all that may change an answer; `identity` names model and server."""
    facts = {
        "version": VERSION,
        "identity": identity,
        "messages": [[m.role, [_part(part) for part in m.parts]] for m in ask.messages],
        "answer": ask.answer.model_json_schema(),
        "example": None if ask.example is None else ask.example.model_dump(mode="json"),
        "frame": ask.frame.sha256 if ask.frame else None,
        "tools": [
            [tool.name, tool.description, tool.arguments.model_json_schema()] for tool in ask.tools
        ],
        "tool_choice": ask.tool_choice,
        "temperature": ask.temperature,
        "max_tokens": ask.max_tokens,
        "seed": ask.seed,
        "thinking": ask.thinking,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


class ReplyStore:
    """Replies in files, two letters of the key a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or home() / "replies"

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"

    def read(self, key: str, ask: Ask) -> Reply | None:
        """Return a kept reply, or None; a file that no longer fits its ask is no reply."""
        try:
            return loads(self._path(key).read_text("utf-8"), ask)
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None

    def write(self, key: str, reply: Reply) -> None:
        """Keep a reply; whole or not at all. OutputError when it cannot be kept."""
        path = self._path(key)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(dumps(reply))
            os.replace(name, path)
        except OSError as error:
            raise OutputError(
                f"The reply cannot be kept in {path.parent}: {why(error)}.",
                hint="Make room, or give <cache_replies=False>.",
            ) from error


class Cached(Around):
    """Answers from disk what was asked before at temperature 0, or at any if told so."""

    def __init__(
        self, inner: Backend, identity: str, *, warm: bool = False, store: ReplyStore | None = None
    ) -> None:
        super().__init__(inner)
        self._identity = identity
        self._warm = warm
        self._store = store or ReplyStore()

    async def ask(self, ask: Ask) -> Reply:
        """Look the answer up, else ask and keep it if it is a whole answer."""
        if ask.tool_choice is not None or (ask.temperature > 0 and not self._warm):
            return await self.inner.ask(ask)
        key = key_of(ask, self._identity)
        found = await asyncio.to_thread(self._store.read, key, ask)
        if found is not None:
            # What it once cost is not paid again.
            return found.model_copy(update={"cost": 0.0, "seconds": 0.0, "cached": True})
        reply = await self.inner.ask(ask)
        if reply.status is Status.OK and reply.value is not None:
            await asyncio.to_thread(self._store.write, key, reply)
        return reply
