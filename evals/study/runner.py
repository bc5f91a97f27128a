"""Runs a plan: concurrently, each sample once, within the ceiling, ready to be killed."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from cropsmith.agents.backends.calls.purse import Purse
from cropsmith.errors import BudgetSpent, CropsmithError
from cropsmith.evals.study.ledger import Attempt, current_attempt
from cropsmith.evals.study.plan import Arm, Plan, Planned
from cropsmith.evals.study.provenance import facts_of_run
from cropsmith.evals.study.serving import Servers
from cropsmith.evals.study.systems import FATAL, BaselineSystem, CropSystem, System, failed
from cropsmith.evals.trial import PAID_FOR, Answer, SampleStatus

AGAIN = frozenset({SampleStatus.UNAVAILABLE, SampleStatus.TIMEOUT})
"""Tried again within a run; other failures are tried again by the next run."""
PAUSE = 2.0
"""Seconds before the first further try, doubled each time."""

Build = Callable[[Arm], System]


@dataclass
class Outcome:
    """What a run did."""

    done: int = 0
    """Samples finished in this run."""
    skipped: int = 0
    """Samples that were there already."""
    by_status: dict[SampleStatus, int] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """System -> why it could not go on."""
    stopped_by_cost: bool = False
    not_run: int = 0
    """Samples left out because their system broke or the money was spent."""


Progress = Callable[[Outcome, Planned, Answer], None]


class Runner:
    """One run of a plan. `again` names statuses to be tried anew beside the unanswered ones."""

    def __init__(
        self,
        plan: Plan,
        *,
        again: frozenset[str] = frozenset(),
        progress: Progress | None = None,
        build: Build | None = None,
        pause: float = PAUSE,
    ) -> None:
        self.plan, self.store, self.study = plan, plan.store, plan.study
        self._again = again
        self._progress = progress
        self._build = build or self._default
        self._pause = pause
        self._purse = Purse(max_cost=self.study.max_cost, cost=self.store.spending().cost)
        self._systems: dict[str, System] = {}
        self._served: dict[str, str] = {}
        self._states = self.store.states()
        self.outcome = Outcome()
        self._run = 0

    def run(self) -> Outcome:
        """Run to the end, or until the money is spent; every sample is stored as it comes."""
        self._run = self.store.begin_run(facts_of_run(self.plan))
        asyncio.run(self._all())
        self.store.end_run(self._run)
        return self.outcome

    async def _all(self) -> None:
        from cropsmith.evals.study.faces import note_faces

        await note_faces(self.plan)
        hosted = self._hosted()
        every = frozenset().union(*hosted.values())
        await self._some(lambda planned: planned.arm.name not in every)
        # One server at a time: each takes the whole accelerator.
        servers = Servers(self.store.path.parent)
        for names in hosted.values():
            await self._host(servers, names)

    async def _host(self, servers: Servers, names: frozenset[str]) -> None:
        """Run the systems of one server, which is started only if it has something to do."""

        def theirs(planned: Planned) -> bool:
            return planned.arm.name in names

        due = next((p for p in self.plan.samples() if theirs(p) and self._due(p)), None)
        if due is None or due.arm.spec is None:
            await self._some(theirs)
            return
        try:
            async with servers.serving(due.arm.spec) as url:
                self._served.update(dict.fromkeys(names, f"{url}/v1"))
                await self._some(theirs)
        except CropsmithError as error:
            for name in names:
                self._break(name, str(error))
            await self._some(theirs)

    def _hosted(self) -> dict[str, frozenset[str]]:
        """Return the names of the systems by the server that they want, a grid sharing one."""
        found: dict[str, frozenset[str]] = {}
        for arms in self.plan.arms_of.values():
            for arm in arms:
                if arm.spec and arm.spec.serve:
                    key = f"{arm.spec.model} {arm.spec.serve.model_dump_json()}"
                    found[key] = found.get(key, frozenset()) | {arm.name}
        return found

    def _due(self, planned: Planned) -> bool:
        """Tell whether a sample has to be run: it is not there, or it failed on the way."""
        status = self._states.get(planned.key)
        return status is None or status not in PAID_FOR or status.value in self._again

    async def _some(self, wanted: Callable[[Planned], bool]) -> None:
        """Run the wanted samples, a bounded number at a time and in memory."""
        queue: asyncio.Queue[Planned | None] = asyncio.Queue(2 * self.study.concurrency)
        workers = [asyncio.create_task(self._work(queue)) for _ in range(self.study.concurrency)]
        try:
            for planned in self.plan.samples():
                if not wanted(planned):
                    continue
                if not self._due(planned):
                    self.outcome.skipped += 1
                    continue
                if planned.arm.name in self.outcome.broken or self._purse.empty:
                    self.outcome.not_run += 1
                    continue
                # Set now: the same sample may come again under another name.
                self._states[planned.key] = SampleStatus.OK
                # A worker that fell over must not leave the queue full and this loop waiting.
                put = asyncio.create_task(queue.put(planned))
                await asyncio.wait([put, *workers], return_when=asyncio.FIRST_COMPLETED)
                if not put.done():
                    put.cancel()
                    break
            for _ in workers:
                if not all(worker.done() for worker in workers):
                    await queue.put(None)
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    async def _work(self, queue: asyncio.Queue[Planned | None]) -> None:
        while (planned := await queue.get()) is not None:
            if planned.arm.name in self.outcome.broken or self._purse.empty:
                self.outcome.not_run += 1
                continue
            await self._sample(planned)

    async def _sample(self, planned: Planned) -> None:
        """Run one sample with its further tries; store every try."""
        number = self.store.attempt_of(planned.key)
        for extra in range(self.study.retries + 1):
            if extra:
                await asyncio.sleep(self._pause * 2 ** (extra - 1))
            started, clock = time.time(), time.perf_counter()
            try:
                answer = await self._ask(planned, number + extra)
            except BudgetSpent:
                self.outcome.stopped_by_cost = True
                self.outcome.not_run += 1
                return
            except FATAL as error:
                self._break(planned.arm.name, str(error))
                self.outcome.not_run += 1
                return
            self.store.finish(
                planned.key,
                planned.arm.key,
                planned.photo.name,
                self._run,
                answer,
                attempt=number + extra,
                started=started,
                seconds=time.perf_counter() - clock,
            )
            if answer.status not in AGAIN:
                break
        self._note(planned, answer)

    async def _ask(self, planned: Planned, number: int) -> Answer:
        attempt = Attempt(planned.key, number)
        token = current_attempt.set(attempt)
        try:
            system = self._system(planned.arm)
            async with asyncio.timeout(self.study.timeout):
                return await system.answer(planned.trial)
        except TimeoutError:
            limit = f"{self.study.timeout:g} s"
            return failed(SampleStatus.TIMEOUT, f"No answer within {limit}.", attempt)
        except CropsmithError:
            raise
        except Exception as error:
            # A bug in one system, or in a package below it, must not end a paid study: the
            # sample is an error with its name, and the report counts it.
            return failed(SampleStatus.ERROR, f"{type(error).__name__}: {error}", attempt)
        finally:
            current_attempt.reset(token)

    def _system(self, arm: Arm) -> System:
        if arm.key not in self._systems:
            self._systems[arm.key] = self._build(arm)
        return self._systems[arm.key]

    def _default(self, arm: Arm) -> System:
        if arm.baseline is not None:
            return BaselineSystem(arm.baseline)
        assert arm.spec is not None
        folder = self.study.resolve(arm.spec.prompts) if arm.spec.prompts else None
        return CropSystem(
            arm.spec,
            self.store,
            self._purse,
            prompts=folder,
            traces=self.study.traces,
            server=self._served.get(arm.name, ""),
        )

    def _break(self, name: str, why: str) -> None:
        self.outcome.broken.setdefault(name, why)

    def _note(self, planned: Planned, answer: Answer) -> None:
        self.outcome.done += 1
        counts = self.outcome.by_status
        counts[answer.status] = counts.get(answer.status, 0) + 1
        if self._progress:
            self._progress(self.outcome, planned, answer)
