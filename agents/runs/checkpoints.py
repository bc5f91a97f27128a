"""Checkpoints in SQLite, which read back the types of the graph's state and no others."""

import logging
import types
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from pydantic import BaseModel

from cropsmith.agents.graph import Graph
from cropsmith.agents.minds.with_tools.inquiry import Inquiry
from cropsmith.agents.nodes.state import CropState
from cropsmith.errors import OutputError, why
from cropsmith.vectorstore.sqlite import make_private


@cache
def state_types() -> frozenset[type]:
    """Return every model and enumeration that the states can hold, at any depth."""
    found: set[type] = set()
    for state in (CropState, Inquiry):
        for hint in get_type_hints(state, include_extras=True).values():
            found.update(_within(hint, found))
    return frozenset(found)


def _within(hint: Any, seen: set[type]) -> Iterator[type]:
    for part in (hint, *get_args(hint)):
        if part is not hint:
            yield from _within(part, seen)
        elif isinstance(part, type) and not isinstance(part, types.GenericAlias):
            if part in seen or not issubclass(part, BaseModel | Enum):
                continue
            seen.add(part)
            yield part
            if issubclass(part, BaseModel):
                for field in part.model_fields.values():
                    yield from _within(field.annotation, seen)


def serializer() -> JsonPlusSerializer:
    """Return a serializer that a forged checkpoint cannot make build anything else."""
    names = sorted((kind.__module__, kind.__qualname__) for kind in state_types())
    return JsonPlusSerializer(allowed_msgpack_modules=names)


@asynccontextmanager
async def sqlite_checkpoints(home: Path) -> AsyncIterator[BaseCheckpointSaver[str]]:
    """Open `home/checkpoints.sqlite`; private to its owner, as photos' names are in it.

    OutputError when it cannot be opened, read or written.
    """
    import sqlite3

    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    path = home / "checkpoints.sqlite"
    try:
        make_private(path)
        async with aiosqlite.connect(path) as connection:
            yield AsyncSqliteSaver(connection, serde=serializer())
    except (OSError, sqlite3.Error) as error:
        raise OutputError(
            f"The runs that wait, in {path}, cannot be used: {why(error)}.",
            hint="Move the file away to begin afresh, or set CROPSMITH_HOME to another folder.",
        ) from error


async def readable(graph: Graph, thread: str) -> bool:
    """Tell whether this version can go on from a thread's checkpoint.

    A type that another version kept elsewhere reads back as a bare dict, and a node that is no
    more leaves nothing to be done.
    """
    log = logging.getLogger("langgraph.checkpoint.serde.jsonplus")
    was, log.disabled = log.disabled, True  # it warns of every such type; we say it once
    try:
        state = await graph.aget_state({"configurable": {"thread_id": thread}})
    finally:
        log.disabled = was
    parts = [
        part for key, value in state.values.items() if key != "request" for part in _parts(value)
    ]
    return bool(state.next) and not any(isinstance(part, dict) for part in parts)


def _parts(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)
