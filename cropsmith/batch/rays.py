"""Workers of a Ray cluster: the engine for folders that outgrow one machine. Needs cropsmith[ray].

Every photo is one Ray task, which runs the same work function as everywhere. Ray starts and ends
the processes, on whatever nodes there are; a process or node that dies is told to the supervisor,
which knows what was being written and tries the photo again. So Ray itself retries nothing.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.batch.engine import Claimed, Died, Event, Finished
from cropsmith.batch.processes import FINISHING, LONGEST
from cropsmith.batch.work import Job, Order, Outcome, Spoken, fault_of
from cropsmith.errors import OutputError
from cropsmith.tools.cluster import beside_us, joined

PHOTOS_OF_A_WORKER = 1000
"""After so many a process is replaced, that its memory does not grow for ever."""


@dataclass
class _Doing:
    job: Job
    deadline: float
    writing: bool = False


class Claims:
    """Where tasks ask whether they may write: an actor beside the supervisor, which answers."""

    def __init__(self) -> None:
        self._asked: asyncio.Queue[tuple[int, Sequence[Path]]] = asyncio.Queue()
        self._answers: dict[int, asyncio.Future[str]] = {}

    async def ask(self, number: int, paths: Sequence[Path]) -> str:
        """Return "" when the files may be written, else why not."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._asked.put_nowait((number, paths))
        return await answer

    async def next(self) -> tuple[int, Sequence[Path]]:
        """Return who asks next."""
        return await self._asked.get()

    async def answer(self, number: int, why: str) -> None:
        """Answer who asked."""
        self._answers.pop(number).set_result(why)


def worked(job: Job, order: Order, spoken: Spoken, claims: Any, folder: str) -> Outcome:
    """Do a job in a process of the cluster."""
    import ray

    from cropsmith.batch.work import cropped

    # Relative paths are of the folder where the command was given, where this node has that.
    with contextlib.suppress(OSError):
        os.chdir(folder)

    def claim(paths: Sequence[Path]) -> None:
        if why := ray.get(claims.ask.remote(job.number, list(paths))):
            raise OutputError(why)

    try:
        return cropped(job, order, claim, spoken)
    except Exception as error:
        return fault_of(job, error)


class Rays:
    """The engine. See `Engine`."""

    def __init__(self, order: Order, spoken: Spoken = str) -> None:
        """Join the cluster of RAY_ADDRESS, or start one on this machine."""
        ray = joined()
        self._ray: Any = ray
        kind: Any = ray.remote(Claims)
        self._claims = kind.options(num_cpus=0, scheduling_strategy=beside_us(ray)).remote()
        self._next = self._claims.next.remote()
        kept: Any = ray.remote(num_cpus=1, max_retries=0, max_calls=PHOTOS_OF_A_WORKER)
        self._work = kept(worked)
        self._order, self._spoken = ray.put(order), spoken
        self._doing: dict[Any, _Doing] = {}

    @property
    def width(self) -> int:
        """Photos that the cluster can do at once."""
        return int(self._ray.cluster_resources().get("CPU", 1))

    @property
    def under_way(self) -> int:
        """Jobs that were given and have not finished."""
        return len(self._doing)

    def give(self, job: Job) -> None:
        """Begin a job as soon as a CPU of the cluster is free."""
        task = self._work.remote(job, self._order, self._spoken, self._claims, os.getcwd())
        self._doing[task] = _Doing(job, time.monotonic() + LONGEST)

    def events(self) -> Sequence[Event]:
        """Return what has happened since, after waiting until something has."""
        while self._doing:
            if found := self._happened(min(one.deadline for one in self._doing.values())):
                return found
            for task, one in self._doing.items():
                if one.deadline <= time.monotonic():
                    self._ray.cancel(task, force=True)  # waiting for it will tell
                    one.deadline += LONGEST
        return []

    def stop(self) -> Sequence[Event]:
        """End the tasks that write nothing now; return how those ended that did."""
        for task, one in list(self._doing.items()):
            if not one.writing:
                self._ray.cancel(task, force=True)
                del self._doing[task]
        found: list[Event] = []
        limit = time.monotonic() + FINISHING
        while self._doing and time.monotonic() < limit:
            found += [e for e in self._happened(limit) if not isinstance(e, Claimed)]
        return found

    def close(self) -> None:
        """Give up what is under way; the processes are Ray's to keep."""
        for task in self._doing:
            self._ray.cancel(task, force=True)
        self._doing = {}

    def _happened(self, until: float) -> Sequence[Event]:
        tasks = [self._next, *self._doing]
        left = max(0.0, until - time.monotonic())
        ready, _ = self._ray.wait(tasks, num_returns=1, timeout=left)
        return [event for task in ready if (event := self._event(task)) is not None]

    def _event(self, task: Any) -> Event | None:
        if task is self._next:
            number, paths = self._ray.get(task)
            self._next = self._claims.next.remote()
            asking = [one for one in self._doing.values() if one.job.number == number]
            return self._claimed(asking[0], paths) if asking else None  # it was given up
        one = self._doing.pop(task)
        try:
            return Finished(one.job, self._ray.get(task))
        except self._ray.exceptions.RayError as error:
            return Died(one.job, " ".join(str(error).split())[:300])

    def _claimed(self, one: _Doing, paths: Sequence[Path]) -> Claimed:
        def answer(why: str) -> None:
            one.writing = not why
            self._claims.answer.remote(one.job.number, why)

        return Claimed(one.job, paths, answer)
