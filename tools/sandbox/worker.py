"""A worker: reads a job, does it within its limits, answers, and ends when its parent does.

It is started by `process.py`, as the whole of an interpreter with nothing of the parent in it: no
keys of the environment, no open files.
"""

import contextlib
import importlib
import os
import select
import sys
import threading
import traceback
from collections.abc import Sequence
from mmap import mmap
from typing import Any

from cropsmith.errors import CropsmithError, MissingExtra
from cropsmith.tools.sandbox.limits import (
    HARD_MEMORY,
    KEPT_BYTES,
    RESTING_BYTES,
    Limits,
    held_to,
    resident,
    settle,
)
from cropsmith.tools.sandbox.wire import Message, packed, receive, send, unpacked


def serve(modules: Sequence[str], shared: int | None) -> None:
    """Work until nobody sends jobs any more; first import what the jobs will need.

    `shared` is the descriptor of memory that the parent has mapped too, if there is some.
    """
    memory = None if shared is None else mmap(shared, 0)
    # Answers go where standard output went; nothing that a library prints may come between.
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    os.environ["CROPSMITH_SANDBOX"] = "off"  # this is it
    settle()
    _end_with_parent()
    documents: dict[str, bytes] = {}
    for module in modules:
        with contextlib.suppress(Exception):  # the job that needs it will say what is wrong
            importlib.import_module(module)
    while (message := receive(sys.stdin.buffer, HARD_MEMORY, memory)) is not None:
        answer = _answer(message, documents)
        if sum(map(len, documents.values())) > KEPT_BYTES:
            documents.clear()
        answer.tree["holds"] = next(iter(documents), "")
        answer.tree["leave"] = resident() > RESTING_BYTES
        send(answers, answer, memory)
        if answer.tree["leave"]:
            return
        del message, answer


def _answer(message: Message, documents: dict[str, bytes]) -> Message:
    try:
        job = unpacked(message, documents, trusted=True)
        module, _, name = job["do"].partition(":")
        work = getattr(importlib.import_module(module), name)
        with held_to(Limits(memory=job["memory"], seconds=job["seconds"])):
            made = packed(work(*job["with"]))
    except MemoryError:
        return Message({"over": "memory"})
    except CropsmithError as error:
        return Message({"error": _told(error)})
    except Exception:  # a mistake of ours: the parent raises it, with what it says
        return Message({"fault": traceback.format_exc()})
    return Message({"is": made.tree}, made.blobs)


def _told(error: CropsmithError) -> dict[str, Any]:
    extra = error.extra if isinstance(error, MissingExtra) else ""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "hint": error.hint,
        "extra": extra,
    }


def _end_with_parent() -> None:
    """End at once when the parent is gone, also in the middle of a job.

    Not by PR_SET_PDEATHSIG, which fires when the thread ends that started this process. The end of
    the pipe comes with the parent's death, however it died.
    """
    if not hasattr(select, "poll"):
        return
    watched = select.poll()
    watched.register(sys.stdin.fileno(), 0)  # hang-ups alone, which are always told

    def watch() -> None:
        watched.poll()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
