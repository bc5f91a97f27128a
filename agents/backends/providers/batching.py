"""A model of this process: one worker thread that answers what waits, several at a time."""

import asyncio
import queue
import threading
from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from cropsmith.agents.backends.protocol.wire import Trouble, WireFault, WireReply


@dataclass(eq=False, kw_only=True)
class Job:
    """One request on its way through a worker."""

    done: "Future[WireReply]" = field(default_factory=Future)
    cancelled: bool = False

    @property
    def group(self) -> object:
        """What must be alike within a batch."""
        return None


J = TypeVar("J", bound=Job)


class Batching(Generic[J]):
    """Loads at the first request; ends with the process."""

    most = 8
    """Most requests answered together."""
    gather = 0.02
    """Seconds to wait for one more request once there is one."""

    def __init__(self, model: str) -> None:
        self.model = model
        self._jobs: queue.Queue[J] = queue.Queue()
        self._waiting: list[J] = []
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    @abstractmethod
    def load(self) -> None:
        """Load the model, if it is not. MissingExtra or UsageError."""

    @abstractmethod
    def answer(self, batch: Sequence[J]) -> Sequence[WireReply | Exception]:
        """Answer jobs of one group together: a reply, or what kept it from coming, for each."""

    def submit(self, job: J) -> "Future[WireReply]":
        """Queue a request."""
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(
                    target=self._work, name=f"engine of {self.model}", daemon=True
                )
                self._worker.start()
        self._jobs.put(job)
        return job.done

    async def ask(self, job: J, seconds: float) -> WireReply:
        """Return the answer to a job. WireFault when none is there in time; the job then ends."""
        future = self.submit(job)
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise WireFault(
                f"{self.model} gave no answer within {seconds:.0f} s.", Trouble.TIMEOUT
            ) from None
        finally:
            # The worker ends it at its next token if nobody waits any more.
            job.cancelled = not future.done() or future.cancelled()

    def _work(self) -> None:
        while True:
            # A running future cannot be cancelled any more: its result may be set without a race.
            batch = [j for j in self._gathered() if j.done.set_running_or_notify_cancel()]
            if not batch:
                continue
            try:
                self.load()
                answers = self.answer(batch)
            except BaseException as error:  # Whatever it is belongs to those who wait.
                for job in batch:
                    job.done.set_exception(error)
                continue
            for job, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Exception):
                    job.done.set_exception(answer)
                else:
                    job.done.set_result(answer)

    def _gathered(self) -> list[J]:
        """Return jobs that can be answered together, the oldest first."""
        if not self._waiting:
            self._waiting.append(self._jobs.get())
        while len(self._waiting) < self.most:
            try:
                self._waiting.append(self._jobs.get(timeout=self.gather))
            except queue.Empty:
                break
        alike = [job for job in self._waiting if job.group == self._waiting[0].group][: self.most]
        self._waiting = [job for job in self._waiting if job not in alike]
        return alike
