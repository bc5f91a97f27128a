"""The workers of this process, and the door to them: `run` a function of ours in one.

Each process has its own workers, started when they are needed, at most one a core; they end with
it. A process that is forked off starts its own.
"""

import atexit
import inspect
import os
import signal
import threading
import time
import typing
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from cropsmith import errors
from cropsmith.tools.sandbox.limits import Limits
from cropsmith.tools.sandbox.process import CannotStart, Ended, Worker, can_start, was_killed

if typing.TYPE_CHECKING:
    from cropsmith.tools.sandbox.wire import Message

T = TypeVar("T")

OFF = "off"

TRIES = 2
"""For a job whose worker was killed from outside."""


WATCHING = 1.0
"""Seconds between two looks at the clock."""


class Fault(Exception):
    """A mistake of ours in a worker: its traceback."""


class Pool:
    """The workers of one process, idle and busy. Safe for many threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._watched = False
        self._modules: tuple[str, ...] = ()

    def warm(self, *modules: str) -> None:
        """Start a worker that imports these modules, now, beside whatever else goes on."""
        with self._changed:
            self._modules = modules
            if not self._idle and not self._busy:
                self._idle.append(Worker(modules))

    def ask(self, job: Callable[[str], "Message"], document: str, limits: Limits) -> "Message":
        """Have a job done; `job` makes its message for a worker that holds a document."""
        for tries_left in reversed(range(TRIES)):
            worker = self._take(document)
            kept = False
            try:
                answer = worker.ask(job(worker.holds), limits)
                worker.holds = str(answer.tree.pop("holds", ""))
                kept = not answer.tree.pop("leave", False)
                return answer
            except Ended as ended:
                # Not the file's doing (the system was out of memory, an operator cleaned up).
                if not (tries_left and was_killed(ended.status) and not ended.late):
                    raise
            finally:
                self._give_back(worker, kept)
        raise AssertionError("every try returns or raises")

    def pids(self, busy: bool) -> Sequence[int]:
        """Return the processes of the workers that are idle, or of the busy ones."""
        with self._changed:
            return [worker.pid for worker in (self._busy if busy else self._idle)]

    def close(self) -> None:
        """End the idle workers. Those at work end with this process."""
        with self._changed:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def disown(self) -> None:
        """Let go of workers that were inherited by a fork, which are not ours to ask."""
        for worker in (*self._idle, *self._busy):
            worker.disown()

    def _take(self, document: str) -> Worker:
        with self._changed:
            while not self._idle and len(self._busy) >= self._most:
                self._changed.wait()
            holding = (w for w in self._idle if document and w.holds == document)
            worker = next(holding, self._idle[-1]) if self._idle else None
            if worker is not None:
                self._idle.remove(worker)
                if not worker.alive:
                    worker.end()
                    worker = None
            # Starting takes a millisecond or two, during which the others may wait.
            worker = worker or Worker(self._modules)
            self._busy.add(worker)
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()
            return worker

    def _give_back(self, worker: Worker, kept: bool) -> None:
        if not kept:
            worker.end()
        with self._changed:
            self._busy.discard(worker)
            if kept:
                self._idle.append(worker)
            self._changed.notify()

    def _watch(self) -> None:
        """End what takes too long, as long as there is work."""
        while True:
            time.sleep(WATCHING)
            with self._changed:
                if not self._busy:
                    self._watched = False
                    return
                for worker in self._busy:
                    worker.end_if_late(time.monotonic())


_pool = Pool(os.cpu_count() or 1)


def _after_fork() -> None:
    global _pool
    _pool.disown()
    _pool = Pool(os.cpu_count() or 1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def is_on() -> bool:
    """Tell whether jobs go to workers (`CROPSMITH_SANDBOX=off` keeps them in this process)."""
    return os.environ.get("CROPSMITH_SANDBOX", "").strip().lower() != OFF


def warm(*modules: str) -> None:
    """Start a worker now, if there is none: it imports these modules while the caller does others.

    What goes wrong is told by the first job.
    """
    if is_on() and can_start():
        try:
            _pool.warm(*modules)
        except CannotStart:
            return


def pids(*, busy: bool = False) -> Sequence[int]:
    """Return the processes of this process's workers that are idle, or that are busy."""
    return _pool.pids(busy)


def close() -> None:
    """End the idle workers. The next job starts one anew."""
    _pool.close()


def run(work: Callable[..., T], *arguments: object, name: str, limits: Limits | None = None) -> T:
    """Return `work(*arguments)`, done in a worker within the limits.

    `work` is a function of a module of ours. Arguments and what it returns are plain values, bytes,
    arrays, and typed values of ours; a `Document` among the arguments arrives as its bytes. `name`
    is how the file is spoken of. What `work` raises is raised here; UnreadableImage when the file
    needs more than the limits, or breaks its decoder; Fault for a mistake of ours.
    """
    from cropsmith.tools.sandbox.wire import BrokenWire, Document, packed, unpacked

    if not is_on():
        return work(*(a.data if isinstance(a, Document) else a for a in arguments))
    if not can_start():
        raise CannotStart("this program has no Python interpreter of its own")
    limits = limits or Limits()
    document = next((a.sha256 for a in arguments if isinstance(a, Document)), "")
    job = {
        "do": f"{work.__module__}:{work.__qualname__}",
        "with": arguments,
        "memory": limits.memory,
        "seconds": limits.seconds,
    }
    try:
        answer = _pool.ask(lambda held: packed(job, held), document, limits)
    except Ended as ended:
        raise _told(ended, name, limits) from ended
    tree = answer.tree
    if "over" in tree:
        raise _too_much_memory(name, limits)
    if "error" in tree:
        raise _error(tree["error"])
    if "fault" in tree:
        raise Fault(str(tree["fault"]))
    try:
        answer.tree = tree["is"]
        found = unpacked(answer, {}, trusted=False)
        if (expected := _expected(work)) and not isinstance(found, expected):
            raise BrokenWire(f"a {type(found).__name__}")
    except (BrokenWire, KeyError) as error:
        raise errors.UnreadableImage(f"{name} breaks its decoder.") from error
    return typing.cast(T, found)


@cache
def _expected(work: Callable[..., object]) -> type | None:
    """Return the class that a function says it returns, where that is a plain class."""
    given = typing.get_type_hints(work).get("return")
    return given if inspect.isclass(given) else None


def _told(ended: Ended, name: str, limits: Limits) -> errors.UnreadableImage:
    late = ended.late
    if hasattr(signal, "SIGXCPU"):
        late |= -ended.status in (signal.SIGXCPU, signal.SIGALRM)
    if late:
        return errors.UnreadableImage(
            f"{name} needs more than {limits.seconds:.0f} seconds of computing to be read."
        )
    if was_killed(ended.status):
        return _too_much_memory(name, limits)
    return errors.UnreadableImage(f"{name} breaks its decoder, so it cannot be read.")


def _too_much_memory(name: str, limits: Limits) -> errors.UnreadableImage:
    return errors.UnreadableImage(
        f"{name} needs more than {limits.memory / 2**30:.1f} GiB of memory to be read."
    )


def _error(told: Any) -> errors.CropsmithError:
    """Return an error of ours again; of a kind that it does not know, the plainest."""
    message, hint = str(told["message"]), str(told["hint"])
    kind = getattr(errors, str(told["kind"]), None)
    if kind is errors.MissingExtra:
        return errors.MissingExtra(message.partition(" needs the optional")[0], str(told["extra"]))
    if inspect.isclass(kind) and issubclass(kind, errors.CropsmithError):
        return kind(message, hint=hint)
    return errors.CropsmithError(message, hint=hint)


atexit.register(close)
