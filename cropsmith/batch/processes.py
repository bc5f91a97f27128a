"""Worker processes, supervised: one that dies takes one photo with it."""

import multiprocessing
import pickle
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import ModuleType

from cropsmith.batch.engine import Claimed, Died, Event, Finished
from cropsmith.batch.work import Job, Order, Spoken
from cropsmith.batch.worker import Answer, serve

SPAWN = multiprocessing.get_context("spawn")

LONGEST = 900.0
"""Seconds after which a photo counts as hanging, far beyond what a busy machine needs for one."""
FINISHING = 20.0
"""Seconds that a worker gets to finish what it is writing when the batch is stopped."""


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    job: Job | None = None
    writing: bool = False
    deadline: float = 0.0


class Processes:
    """The engine for work that is bound by the CPU. See `Engine`."""

    def __init__(self, order: Order, spoken: Spoken = str) -> None:
        self._order, self._spoken = pickle.dumps(order), spoken
        self._idle: list[_Worker] = []
        self._busy: list[_Worker] = []

    @property
    def under_way(self) -> int:
        """Jobs that were given and have not finished."""
        return len(self._busy)

    @property
    def pids(self) -> Sequence[int]:
        """Of all workers."""
        return [worker.process.pid or 0 for worker in (*self._idle, *self._busy)]

    def give(self, job: Job) -> None:
        """Begin a job in a worker that is idle, else in a new one."""
        while self._idle:
            worker = self._idle.pop()
            try:
                if not worker.pipe.poll():  # an idle one has nothing to say but that it ended
                    worker.pipe.send(job)
                    break
            except OSError:
                pass
            self._end(worker)
        else:
            worker = self._started()
            worker.pipe.send(job)
        worker.job, worker.deadline = job, time.monotonic() + LONGEST
        self._busy.append(worker)

    def events(self) -> Sequence[Event]:
        """Return what has happened since, after waiting until something has."""
        while self._busy:
            soonest = min(worker.deadline for worker in self._busy)
            ready = wait(
                [worker.pipe for worker in self._busy], max(0.0, soonest - time.monotonic())
            )
            if not ready:
                for worker in self._busy:
                    if worker.deadline <= time.monotonic():
                        worker.process.kill()  # its pipe will tell
                        worker.deadline += LONGEST
                continue
            return [self._event(worker) for worker in list(self._busy) if worker.pipe in ready]
        return []

    def stop(self) -> Sequence[Event]:
        """End the workers that write nothing now; return how those ended that did."""
        for worker in [w for w in self._busy if not w.writing]:
            self._end(worker)
            self._busy.remove(worker)
        found: list[Event] = []
        limit = time.monotonic() + FINISHING
        while self._busy and (left := limit - time.monotonic()) > 0:
            ready = wait([worker.pipe for worker in self._busy], left)
            found += [self._event(w) for w in list(self._busy) if w.pipe in ready]
        return found

    def close(self) -> None:
        """End all workers."""
        for worker in (*self._idle, *self._busy):
            self._end(worker)
        self._idle, self._busy = [], []

    def _started(self) -> _Worker:
        ours, theirs = SPAWN.Pipe()
        process = SPAWN.Process(target=serve, args=(theirs, self._order, self._spoken), daemon=True)
        # Held back until the worker has said what it does with them: the terminal's Ctrl-C goes to
        # all processes, also to one that has just begun to import.
        with _held_back(), _without_main():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _event(self, worker: _Worker) -> Event:
        job = worker.job
        assert job is not None
        try:
            said = worker.pipe.recv()
        except (EOFError, OSError):
            self._busy.remove(worker)
            status = self._end(worker)
            how = f"signal {-status}" if status < 0 else f"exit code {status}"
            return Died(job, how)
        if not isinstance(said, Answer):

            def answer(why: str) -> None:
                worker.writing = not why
                try:
                    worker.pipe.send(why)
                except OSError:
                    return  # it has died: that will be the next event

            return Claimed(job, said, answer)
        self._busy.remove(worker)
        worker.job, worker.writing = None, False
        if said.leaves:
            self._end(worker)
        else:
            self._idle.append(worker)
        return Finished(job, said.outcome)

    def _end(self, worker: _Worker) -> int:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        status = worker.process.exitcode or 0
        worker.process.close()
        return status


@contextmanager
def _without_main() -> Iterator[None]:
    """Processes that are started within the block do not import the program's own module.

    That is the command line with all its commands, of which a worker needs nothing.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _held_back:
    """Interrupts wait within the block, and in the processes that are started there."""

    def __enter__(self) -> None:
        self._before = None
        if hasattr(signal, "pthread_sigmask"):
            self._before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._before)
