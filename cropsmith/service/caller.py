"""Tells clients' servers that jobs have ended, and tries again until they have heard it."""

import asyncio
import http.client
import random
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cropsmith.errors import UnreadableImage, why
from cropsmith.service.callback import Call, CallState, call_of, secret_of
from cropsmith.service.database import StoreLost
from cropsmith.service.job import Job
from cropsmith.service.keys import Keyring
from cropsmith.service.metrics import Metrics
from cropsmith.service.settings import ServiceSettings
from cropsmith.service.store import JobStore
from cropsmith.tools.images.connection import checked, connected, cut_at, target_of

TRIES = 10
"""Calls about one job, in a quarter of an hour or so; then it is given up."""

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 600.0
"""Seconds between two tries: they double, and are shortened by chance to as little as a half."""

SECONDS = 10.0
"""Longest time for one call."""

AT_ONCE = 8
"""Calls at one time."""

IDLE = 60.0
"""Seconds after which it looks by itself."""

GONE = 410
"""Of a server that wants to hear no more (Standard Webhooks)."""

Told = Callable[[Job], Mapping[str, Any]]
"""Gives a job as its owner sees it."""


class Caller:
    """The calls of one service. Of one event loop.

    What is due stands in the store, so that a service that was killed goes on with it. A call whose
    answer was not noted before the kill is made again, under the same id.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        keys: Keyring,
        store: JobStore,
        metrics: Metrics,
        told: Told,
    ) -> None:
        self._settings, self._keys, self._store = settings, keys, store
        self._metrics, self._told = metrics, told
        self._threads = ThreadPoolExecutor(AT_ONCE, "callback")
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._more = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to call."""
        self._loop = asyncio.create_task(self._run())

    def wake(self) -> None:
        """Say that a job has ended."""
        self._more.set()

    async def close(self) -> None:
        """Let calls under way end."""
        if self._loop is not None:
            self._loop.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)
        self._threads.shutdown(wait=False)

    async def _run(self) -> None:
        while True:
            self._more.clear()
            pause = IDLE
            try:
                pause = self._begin()
            except StoreLost as error:  # the jobs are due as before
                print(f"cropsmith: {error}", file=sys.stderr)
            try:
                await asyncio.wait_for(self._more.wait(), pause)
            except TimeoutError:
                pass

    def _begin(self) -> float:
        """Begin the calls that are due; return the seconds until the next one is."""
        now = time.time()
        for job in self._store.due(now, AT_ONCE + len(self._calls)):
            if len(self._calls) >= AT_ONCE:
                return IDLE  # one that ends wakes us
            if job.id not in self._calls:
                self._calls[job.id] = asyncio.create_task(self._call(job))
        due = self._store.next_due(now)
        return IDLE if due is None else min(IDLE, max(0.05, due - now))

    async def _call(self, job: Job) -> None:
        try:
            problem, over = await self._tried(job)
            tries = job.call_tries + 1
            state, due = CallState.DELIVERED, None
            if problem:
                over = over or tries >= TRIES
                state = CallState.FAILED if over else CallState.WAITING
                due = None if over else time.time() + pause_after(tries)
            self._store.called(job, state, due=due, problem=problem)
            self._metrics.callbacks.labels(state=state.value).inc()
        except StoreLost as error:  # it is due as before
            print(f"cropsmith: {error}", file=sys.stderr)
            await asyncio.sleep(FIRST_PAUSE)
        finally:
            del self._calls[job.id]
            self.wake()

    async def _tried(self, job: Job) -> tuple[str, bool]:
        """Call once; return what went wrong, and whether trying again is of no use."""
        if self._keys.get(job.owner) is None:
            return "The key was taken away.", True
        secret = secret_of(self._settings.secret, job.owner)
        call = call_of(job.callback, self._told(job), secret=secret, now=int(time.time()))
        loop = asyncio.get_running_loop()
        try:
            status = await loop.run_in_executor(
                self._threads, sent, call, self._settings.addresses, SECONDS
            )
        except UnreadableImage as error:
            return error.message, False
        return ("" if 200 <= status < 300 else f"The server answers {status}."), status == GONE


def pause_after(tries: int) -> float:
    """Return the seconds to wait after so many failed tries."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (tries - 1))
    return longest * random.uniform(0.5, 1)


def sent(call: Call, addresses: tuple[str, ...], seconds: float) -> int:
    """Make a call and return the status of its answer. UnreadableImage when there is none.

    Redirects are not followed: they are answers like others.
    """
    deadline = time.monotonic() + seconds
    parts = checked(call.url)
    connection = connected(parts, addresses, deadline)
    try:
        with cut_at(deadline, connection.sock):
            connection.request("POST", target_of(parts), call.body, dict(call.headers))
            return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = time.monotonic() >= deadline
        reason = f"no answer within {seconds:g} seconds" if late else why(error)
        raise UnreadableImage(f"The server does not answer: {reason}.") from error
    finally:
        connection.close()
