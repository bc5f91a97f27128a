"""Asking in batches: requests that come together are submitted together, and wait for a day.

Each request becomes a job known by its content. One that the book holds already, of this process or
of one that was killed, waits for that batch instead of being submitted again.
"""

import asyncio
import contextvars
import hashlib
import itertools
import json
import logging
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from cropsmith.agents.backends.calls.batch_book import BatchBook, Entry
from cropsmith.agents.backends.protocol.batch import Answered, Desk, Job, State
from cropsmith.agents.backends.protocol.wire import Trouble, WireFault
from cropsmith.errors import CropsmithError, Misconfigured

log = logging.getLogger("cropsmith")

NEVER = {"error": {"message": "The batch ended before this request was come to."}}
MISSES = 20
"""Times in a row that a provider may not be reached before those who wait are told."""


@dataclass
class _Waiting:
    job: Job
    future: "asyncio.Future[Answered]"
    since: float


class Batches:
    """What waits at one desk. For one event loop at a time."""

    def __init__(self, desk: Desk, book: BatchBook) -> None:
        self.desk, self.book, self.pace = desk, book, book.pace
        self._taken: set[str] = set()
        """Jobs whose answers this process waits for, or has."""
        self._waiting: dict[str, _Waiting] = {}
        self._running: asyncio.Task[None] | None = None
        self._misses = 0

    async def answer(self, path: str, body: Mapping[str, Any]) -> Answered:
        """Return what the provider answers to a request. Raises what kept a batch from being taken.

        The same request, asked again, is another job: a retry, or another draw.
        """
        text = json.dumps(body, sort_keys=True, default=_digest)
        key = hashlib.sha256(f"{self.desk.place}\0{path}\0{text}".encode()).hexdigest()[:48]
        id = next(id for n in itertools.count() if (id := f"{key}-{n}") not in self._taken)
        self._taken.add(id)
        if (kept := self.book.answer(id)) is not None:
            return kept
        loop = asyncio.get_running_loop()
        job = Job(id, path, body, len(text) + sum(map(len, _binary(body))) * 4 // 3)
        waiting = _Waiting(job, loop.create_future(), time.monotonic())
        self._waiting[id] = waiting
        if self._running is None or self._running.done() or self._running.get_loop() is not loop:
            # In a context of its own: what it sends is of no single ask.
            self._running = loop.create_task(self._run(), context=contextvars.Context())
        try:
            return await waiting.future
        except BaseException:
            self._taken.discard(id)  # asked again, it waits for the same job
            raise
        finally:
            self._waiting.pop(id, None)

    async def _run(self) -> None:
        """Submit, ask after and collect until nobody waits."""
        polled = 0.0
        while self._waiting:
            try:
                if time.monotonic() - polled >= self.pace.poll:
                    await self._ask_after()
                    polled = time.monotonic()
                await self._submit()
                self._hand_out()
                self._misses = 0
            except WireFault as fault:
                self._misses += 1
                if self._misses >= MISSES or fault.trouble is Trouble.QUOTA:
                    self._fail(fault)
                await asyncio.sleep(self.pace.poll)
            except Exception as error:  # what no waiting mends, or a fault of ours: told to all
                self._fail(error)
            await asyncio.sleep(min(self.pace.poll, self.pace.quiet) / 4)

    async def _ask_after(self) -> None:
        """Adopt what was to be submitted, and collect what has ended."""
        for entry in self.book.open_at(self.desk.place):
            remote = entry.remote or await self._adopted(entry)
            if not remote:
                continue
            standing = await self.desk.standing(remote)
            if standing.state is State.RUNNING:
                continue
            if standing.state is State.FAILED:
                # Nothing was asked: its jobs are open again, for another run.
                self.book.void(entry.label)
                why = standing.why or "no reason given"
                raise Misconfigured(f"The batch {remote} was not taken: {why}.")
            answers = await self.desk.collect(remote)
            whole = {id: answers.get(id, Answered(504, NEVER)) for id in entry.ids}
            self.book.collected(entry.label, whole)

    async def _adopted(self, entry: Entry) -> str:
        """Return the provider's name of a batch that may have been submitted; "" for none yet.

        One that is not there, after a while in which it would have come up, is struck: its jobs
        are submitted anew.
        """
        known = self.book.remotes()
        found = await self.desk.find(entry.label, entry.ids, entry.begun, known)
        if found.remote:
            self.book.submitted(entry.label, found.remote)
        elif not found.perhaps and time.time() - entry.begun >= self.pace.grace:
            self.book.void(entry.label)
        return found.remote

    async def _submit(self) -> None:
        """Submit the jobs that no batch holds, once no more come or the first waited for long."""
        new = [w for w in self._waiting.values() if not self.book.holds(w.job.id)]
        if not new:
            return
        now = time.monotonic()
        quiet = now - max(w.since for w in new) >= self.pace.quiet
        if not quiet and now - min(w.since for w in new) < self.pace.longest:
            return
        for jobs in self._parted([w.job for w in new]):
            label = f"cropsmith-{uuid.uuid4().hex}"
            self.book.intend(label, self.desk.place, [job.id for job in jobs])
            try:
                remote = await self.desk.submit(label, jobs)
            except WireFault:
                raise  # it may have arrived: the intent stands, and is asked after
            except CropsmithError:
                self.book.void(label)  # refused: nothing was taken
                raise
            self.book.submitted(label, remote)
            log.warning(
                "%d requests went to %s as the batch %s. Answers take up to a day; whoever stops"
                " waiting finds them again.",
                len(jobs),
                self.desk.place.partition(" ")[0],
                remote,
            )

    def _parted(self, jobs: Sequence[Job]) -> Sequence[Sequence[Job]]:
        """Return jobs in batches of one path, each within the provider's limits."""
        parts: dict[str, list[list[Job]]] = {}
        for job in jobs:
            batches = parts.setdefault(job.path, [[]])
            size = sum(one.size for one in batches[-1])
            full = len(batches[-1]) >= self.desk.most_jobs or size + job.size > self.desk.most_bytes
            if batches[-1] and full:
                batches.append([])
            batches[-1].append(job)
        return [batch for batches in parts.values() for batch in batches]

    def _hand_out(self) -> None:
        for id, waiting in list(self._waiting.items()):
            if not waiting.future.done() and (kept := self.book.answer(id)) is not None:
                waiting.future.set_result(kept)

    def _fail(self, error: Exception) -> None:
        self._misses = 0
        for waiting in list(self._waiting.values()):
            if not waiting.future.done():
                waiting.future.set_exception(error)
        self._waiting.clear()


_shared: WeakKeyDictionary[BatchBook, dict[str, Batches]] = WeakKeyDictionary()


def batches_at(desk: Desk, book: BatchBook) -> Batches:
    """Return what waits at a place by a book: one for all who ask there in this process.

    Two would each take the other's intents for those of a process that died.
    """
    return _shared.setdefault(book, {}).setdefault(desk.place, Batches(desk, book))


def _digest(value: Any) -> str:
    """Return what stands for bytes in a key: pictures, and signatures of thoughts."""
    assert isinstance(value, bytes), type(value)
    return hashlib.sha256(value).hexdigest()


def _binary(node: Any) -> Sequence[bytes]:
    """Return every bytes value in a body, whose JSON is a third longer."""
    if isinstance(node, bytes):
        return (node,)
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    return [found for value in inner for found in _binary(value)]
