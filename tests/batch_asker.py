"""Asks three questions in batches, in a process of its own that may be killed at any moment.

python -m tests.batch_asker BOOK MODEL     # waits for a line, then asks; prints the answers
"""

import asyncio
import json
import sys
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from cropsmith.agents.backends.calls.batch_book import BatchBook, Pace
from cropsmith.agents.backends.protocol.backend import Ask, Message, Reply
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.registry import build_backend
from cropsmith.tools.schema.geometry import Box

PACE = Pace(quiet=0.1, longest=1.0, poll=0.1, grace=0.0)
PICTURE = picture_of(np.full((68, 102, 3), 128, np.uint8))
QUESTIONS = ("Where is the dog?", "Where is the cat?", "Where is the horse?")


class Found(BaseModel):
    label: str
    box: Box


def question(text: str) -> Ask:
    """Return a question about the picture."""
    messages = [Message("user", [PICTURE, text])]
    return Ask(purpose="find", messages=messages, answer=Found, frame=PICTURE)


async def ask_all(book: BatchBook, model: str) -> list[Reply]:
    """Ask every question at once."""
    backend = build_backend(model, cache_replies=False, book=book)
    return await asyncio.gather(*(backend.ask(question(text)) for text in QUESTIONS))


if __name__ == "__main__":
    sys.stdin.readline()
    replies = asyncio.run(ask_all(BatchBook(Path(sys.argv[1]), PACE), sys.argv[2]))
    print(json.dumps([[reply.status, reply.cost] for reply in replies]))
