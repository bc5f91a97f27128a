"""Threads of this process: the engine for work that waits for a model."""

import queue
import threading
from collections.abc import Sequence
from pathlib import Path

from cropsmith.batch.engine import Claimed, Event, Finished
from cropsmith.batch.work import Job, Order, Spoken, cropped, fault_of
from cropsmith.errors import OutputError

STOPPED = "The batch was stopped."


class Threads:
    """The engine whose jobs share a model, its limits and its cost. See `Engine`."""

    def __init__(self, order: Order, spoken: Spoken = str) -> None:
        self._order, self._spoken = order, spoken
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._writing: set[int] = set()
        self._stopped = False
        self.under_way = 0

    def give(self, job: Job) -> None:
        """Begin a job in a thread of its own."""
        self.under_way += 1
        threading.Thread(target=self._work, args=(job,), daemon=True).start()

    def events(self) -> Sequence[Event]:
        """Return what has happened since, after waiting until something has."""
        return [self._seen(self._events.get())] if self.under_way else []

    def stop(self) -> Sequence[Event]:
        """Let no job begin to write; return how those ended that did."""
        self._stopped = True
        found: list[Event] = []
        while self._writing:
            event = self._seen(self._events.get())
            if isinstance(event, Claimed):
                event.answer(STOPPED)
            else:
                found.append(event)
        return found

    def close(self) -> None:
        """Forget the jobs that wait: their threads end with the process."""
        self._stopped = True

    def _seen(self, event: Event) -> Event:
        if isinstance(event, Finished):
            self.under_way -= 1
            self._writing.discard(event.job.number)
        return event

    def _work(self, job: Job) -> None:
        def claim(paths: Sequence[Path]) -> None:
            answers: queue.SimpleQueue[str] = queue.SimpleQueue()

            def answer(why: str) -> None:
                if not why:
                    self._writing.add(job.number)
                answers.put(why)

            if self._stopped:
                raise OutputError(STOPPED)
            self._events.put(Claimed(job, paths, answer))
            if why := answers.get():
                raise OutputError(why)

        try:
            outcome = cropped(job, self._order, claim, self._spoken)
        except Exception as error:
            outcome = fault_of(job, error)
        self._events.put(Finished(job, outcome))
