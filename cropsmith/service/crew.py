"""The workers and what they do next: begins jobs, takes their answers, replaces who dies."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from cropsmith.service.job import Job, Picture, State
from cropsmith.service.metrics import Metrics
from cropsmith.service.problems import Problem, problem
from cropsmith.service.progress import Progress
from cropsmith.service.settings import ServiceSettings
from cropsmith.service.store import JobStore
from cropsmith.service.worker import Task

TRIES = 2
"""Attempts at a job whose worker, or service, was killed."""

LINE = 2**24
"""Longest line of a worker's answer, bytes."""

FIRST, SINGLE, BEHIND = 0, 1, 2
"""Whose turn it is: jobs begun before, single ones, those of batches."""

BACKOFF = 1.0
"""Seconds before a worker that died before it was ready is replaced."""


class Died(Exception):
    """A worker ended, or said something that nobody understands."""


class Crew:
    """The workers of one service. Of one event loop."""

    def __init__(
        self,
        settings: ServiceSettings,
        store: JobStore,
        metrics: Metrics,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """`told` is called when a job has ended."""
        self._settings = settings
        self._store = store
        self._metrics = metrics
        self._told = told
        self._turns: asyncio.PriorityQueue[tuple[int, int, str]] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._progress: dict[str, Progress] = {}
        self._men: list[asyncio.Task[None]] = []
        self._busy: set[str] = set()
        self._queued: set[str] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self.ready: set[int] = set()
        """Processes of the workers that can crop."""

    async def start(self) -> None:
        """Take up what an earlier service left, and start the workers."""
        self.take_up()
        self._men = [asyncio.create_task(self._man()) for _ in range(self._settings.workers)]

    def take_up(self) -> None:
        """Queue what the store has and nobody is at: of a service that was killed, or lost it."""
        for job in self._store.running():
            if job.id in self._busy:
                continue
            if job.attempt >= TRIES:
                self._store.fail(job, _killed("The service was killed twice at this photo."))
                self.ended(job.id)
            else:
                self._store.again(job)
        for job in self._store.waiting():
            if job.id not in self._queued:
                self.take(job, FIRST if job.attempt else BEHIND if job.batch else SINGLE)

    def take(self, job: Job, turn: int = SINGLE) -> None:
        """Queue a job that the store has."""
        self._progress.setdefault(job.id, Progress())
        self._queued.add(job.id)
        self._turns.put_nowait((turn, next(self._numbers), job.id))

    def progress(self, id: str) -> Progress | None:
        """Return the events of a job that has not ended."""
        return self._progress.get(id)

    async def wait(self, id: str, seconds: float) -> None:
        """Wait until a job has ended, at most so long."""
        if (progress := self._progress.get(id)) is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(progress.ended.wait(), seconds)

    def ended(self, id: str) -> None:
        """Tell whoever waits for a job that it has ended."""
        if (progress := self._progress.pop(id, None)) is not None:
            progress.end()
        self._told()

    async def close(self) -> None:
        """Let crops under way end, within `drain` seconds; what is queued stays in the store."""
        self._closing = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), self._settings.drain)
        for man in self._men:
            man.cancel()
        await asyncio.gather(*self._men, return_exceptions=True)

    async def _man(self) -> None:
        """Keep one worker at work for as long as the service runs."""
        while True:
            process = await self._started()
            ready = False
            try:
                await self._message(process, 120)
                self.ready.add(process.pid)
                ready = True
                while True:
                    _, _, id = await self._turns.get()
                    self._queued.discard(id)
                    if not self._closing and (job := self._store.begin(id)) is not None:
                        await self._do(process, job)
            except Died:
                self._metrics.workers_died.inc()
            except Exception:
                # A fault of ours at one job, which was reported; the others go on.
                traceback.print_exc()
                self._metrics.workers_died.inc()
            finally:
                self.ready.discard(process.pid)
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await asyncio.shield(process.wait())
            if not ready:
                await asyncio.sleep(BACKOFF)

    async def _started(self) -> asyncio.subprocess.Process:
        threads = max(1, (os.cpu_count() or 1) // self._settings.workers)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cropsmith.service.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"OMP_NUM_THREADS": str(threads), **os.environ},
            limit=LINE,
            start_new_session=True,  # Ctrl-C is the service's to heed
        )

    async def _do(self, process: asyncio.subprocess.Process, job: Job) -> None:
        self._busy.add(job.id)
        self._idle.clear()
        began = time.monotonic()
        try:
            outcome = await self._asked(process, job)
            self._metrics.spent(time.monotonic() - began)
            await self._taken(job, outcome)
        except TimeoutError:
            late = problem(504, "too-late", "The photo took too long.")
            self._settle(job, self._store.fail(job, late))
            raise Died from None
        except Exception:  # a worker that died, or a fault of ours: the man who keeps it knows
            self._lost(job)
            raise
        finally:
            self._busy.discard(job.id)
            if not self._busy:
                self._idle.set()

    async def _asked(self, process: asyncio.subprocess.Process, job: Job) -> Mapping[str, Any]:
        """Send a job to a worker, and pass its events on until it answers."""
        assert process.stdin is not None
        upload = self._settings.uploads / job.id if job.uploaded else None
        order = json.loads(job.order)
        task = Task(
            id=job.id,
            attempt=job.attempt,
            order=order,
            upload=upload,
            model=order.get("model") or self._settings.models[0],
            index=self._settings.index,
            results=self._settings.results,
            addresses=self._settings.addresses,
            max_bytes=self._settings.max_upload,
        )
        process.stdin.write(task.model_dump_json().encode() + b"\n")
        deadline = time.monotonic() + self._settings.job_seconds
        while True:
            message = await self._message(process, deadline - time.monotonic())
            if "event" not in message:
                return message
            if (progress := self._progress.get(job.id)) is not None:
                progress.tell(message["event"])

    async def _message(
        self, process: asyncio.subprocess.Process, seconds: float
    ) -> Mapping[str, Any]:
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), max(0.01, seconds))
            message = json.loads(line)
        except (ValueError, ConnectionError) as error:  # nothing more, half a line, or too long
            raise Died from error
        if not isinstance(message, dict):
            raise Died
        return message

    async def _taken(self, job: Job, outcome: Mapping[str, Any]) -> None:
        if (found := outcome.get("problem")) is not None:
            self._settle(job, self._store.fail(job, Problem.model_validate(found)))
            return
        pictures = [Picture.model_validate(one) for one in outcome["pictures"]]
        counts = await asyncio.to_thread(self._store.finish, job, outcome["report"], pictures)
        if not counts:  # cancelled meanwhile
            for picture in pictures:
                (self._settings.results / picture.file).unlink(missing_ok=True)
        self._settle(job, counts)

    def _lost(self, job: Job) -> None:
        """Queue a job again whose worker died at it, or report that it died twice."""
        if job.attempt < TRIES and self._store.again(job):
            self.take(job, FIRST)
            return
        found = _killed("Two workers died at this photo.")
        self._settle(job, self._store.fail(job, found))

    def _settle(self, job: Job, counts: bool) -> None:
        if counts and (now := self._store.get(job.id)) is not None:
            self._metrics.ended.labels(state=now.state.value).inc()
            drop_upload(self._settings, job)
        self.ended(job.id)


def drop_upload(settings: ServiceSettings, job: Job) -> None:
    """Remove a photo that is no longer needed."""
    if job.uploaded:
        (settings.uploads / job.id).unlink(missing_ok=True)


def sweep(settings: ServiceSettings, store: JobStore, now: float) -> int:
    """Forget jobs that ended long ago, with their files; return how many."""
    forgotten = store.forget(now - settings.keep)
    for job in forgotten:
        drop_upload(settings, job)
        for picture in job.pictures if job.state is State.DONE else ():
            (settings.results / picture.file).unlink(missing_ok=True)
    return len(forgotten)


def _killed(detail: str) -> Problem:
    return problem(500, "killed", "The photo was not cropped.", detail=detail)
