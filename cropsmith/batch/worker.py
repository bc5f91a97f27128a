"""A worker of a batch: it does one job after another, and ends with its parent.

It never leaves a file half-written by its own doing: asked to end (SIGTERM), or left by its parent,
it first finishes what it is writing.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from cropsmith.errors import OutputError
from cropsmith.tools.sandbox.limits import resident, thrifty
from cropsmith.tools.sandbox.pool import warm

if TYPE_CHECKING:
    from cropsmith.batch.work import Outcome, Spoken

LARGE = 600 * 2**20
"""Bytes of memory from which a worker is replaced after a job."""


@dataclass(frozen=True)
class Answer:
    """What a worker says of a job that is done."""

    outcome: "Outcome"
    leaves: bool
    """Whether the worker ends now."""


class Leaving:
    """Ends this process when it shall end, but never while it writes."""

    def __init__(self) -> None:
        self._writing = threading.Lock()

    def watch_parent(self) -> None:
        """End with the parent, however that ends."""
        parent = multiprocessing.parent_process()
        assert parent is not None
        sentinel = parent.sentinel

        def watch() -> None:
            wait([sentinel])
            self.leave()

        threading.Thread(target=watch, daemon=True).start()

    def leave(self) -> None:
        """End as soon as nothing is being written."""
        self._writing.acquire()
        os._exit(1)

    def on_signal(self, *_: object) -> None:
        """End so, without waiting in the thread that may be the one which writes."""
        threading.Thread(target=self.leave, daemon=True).start()

    def begin_writing(self) -> None:
        """Put off the end."""
        self._writing.acquire()

    def end_writing(self) -> None:
        """Let the end come, if writing had begun."""
        if self._writing.locked():
            self._writing.release()


def serve(pipe: Connection, order: bytes, spoken: "Spoken") -> None:
    """Do the jobs that come through the pipe, until nobody sends any more.

    `order` is pickled: what it needs is imported here, not by the machinery that starts a process.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; the parent decides
    thrifty()
    leaving = Leaving()
    signal.signal(signal.SIGTERM, leaving.on_signal)
    leaving.watch_parent()
    # It imports what it needs to read photos while this process does its own imports.
    warm("cropsmith.tools.images.render")
    import pickle

    from cropsmith.batch.work import Job, Order, cropped, fault_of

    asked: Order = pickle.loads(order)

    def claim(paths: Sequence[Path]) -> None:
        pipe.send(list(paths))
        if why := pipe.recv():
            raise OutputError(why)
        leaving.begin_writing()

    while True:
        try:
            job: Job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            outcome = cropped(job, asked, claim, spoken)
        except Exception as error:
            outcome = fault_of(job, error)
        leaves = resident() > LARGE
        try:
            pipe.send(Answer(outcome, leaves))
        except OSError:
            return
        finally:
            leaving.end_writing()
        if leaves:
            return
