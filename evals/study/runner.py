"""Runs a plan: concurrently, each sample once, within the ceiling, ready to be killed."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cropsmith.errors import BudgetSpent, CropsmithError
from cropsmith.evals.study.answering import Answering
from cropsmith.evals.study.ledger import Attempt
from cropsmith.evals.study.plan import Arm, Plan, Planned
from cropsmith.evals.study.provenance import facts_of_run
from cropsmith.evals.study.rays import Rays
from cropsmith.evals.study.reserve import Reserve
from cropsmith.evals.study.serving import Servers
from cropsmith.evals.study.shard import WHOLE, Shard
from cropsmith.evals.study.spec import Study
from cropsmith.evals.study.store import Store
from cropsmith.evals.study.systems import FATAL
from cropsmith.evals.study.till import OwnTill
from cropsmith.evals.trial import PAID_FOR, Answer, SampleStatus

AGAIN = frozenset({SampleStatus.UNAVAILABLE, SampleStatus.TIMEOUT})
"""Tried again within a run; other failures are tried again by the next run."""
VARIANT_FILES = "variants"
"""Folder beside the samples of photos in other guises; may be removed when a study is done."""
TOGETHER = 64
"""Samples of systems in batches that are under way at once, unless the study says how many. Each
holds its photo open."""
PAUSE = 2.0
"""Seconds before the first further try, doubled each time."""

Away = Callable[[Study, OwnTill], Rays]


@dataclass
class Tally:
    """How one system fared in a run."""

    done: int = 0
    failed: int = 0
    """Samples without an answer."""
    first: str = ""
    """Why the first of them has none."""


@dataclass
class Outcome:
    """What a run did."""

    done: int = 0
    """Samples finished in this run."""
    skipped: int = 0
    """Samples that were there already."""
    same: int = 0
    """Samples that are those of another name or seed: a system without chance answers once."""
    by_status: dict[SampleStatus, int] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """System -> why it could not go on."""
    unpaid: set[str] = field(default_factory=set)
    """Systems whose next call does not fit under the ceiling; cheaper ones go on."""
    not_run: int = 0
    """Samples left out because their system broke or the money was spent."""
    systems: dict[str, Tally] = field(default_factory=dict)

    @property
    def stopped_by_cost(self) -> bool:
        """Whether the ceiling kept anything from being run."""
        return bool(self.unpaid)

    @property
    def stopped(self) -> frozenset[str]:
        """The systems that do not go on."""
        return frozenset(self.broken) | self.unpaid


Progress = Callable[[Outcome, Planned, Answer], None]


class Runner:
    """One run of a plan. `again` names statuses to be tried anew beside the unanswered ones."""

    def __init__(
        self,
        plan: Plan,
        *,
        again: frozenset[str] = frozenset(),
        progress: Progress | None = None,
        pause: float = PAUSE,
        shard: Shard = WHOLE,
        elsewhere: Mapping[str, SampleStatus] | None = None,
        reserve: Reserve | None = None,
        away: Away | None = None,
    ) -> None:
        """`elsewhere`: samples that another store has, which a shard need not run again.

        `reserve`: what may be spent, if not all of the study's ceiling. `away`: what opens the
        cluster to which the samples go that look at photos.
        """
        self.plan, self.store, self.study = plan, plan.store, plan.study
        self._again = again
        self._progress = progress
        self._pause = pause
        reserve = reserve or reserve_of(self.store, self.study.max_cost)
        self.till = OwnTill(self.store, reserve)
        beside = self.store.path.parent
        self.answering = Answering(
            self.study, self.till, guises=beside / VARIANT_FILES, book=beside / "batches.sqlite3"
        )
        self._states = {**(elsewhere or {}), **self.store.states()}
        self._shard, self._away = shard, away
        self._cluster: Rays | None = None
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

        if self._shard is WHOLE:  # a shard leaves them to the run that has all photos
            await note_faces(self.plan)
        self._prepare()
        hosted = self._hosted()
        batched = frozenset(arm.name for arm in self._arms() if arm.spec and arm.spec.batched)
        every = batched.union(*hosted.values())
        stated = "concurrency" in self.study.model_fields_set
        sent = frozenset[str]()
        if self._away is not None:
            # What looks at nothing is done sooner than sent.
            sent = frozenset(arm.name for arm in self._arms() if arm.looks) - every
            async with self._away(self.study, self.till) as self._cluster:
                wide = self.study.concurrency if stated else self._cluster.width
                await self._some(lambda planned: planned.arm.name in sent, wide)
            self._cluster = None
        await self._some(lambda planned: planned.arm.name not in every | sent)
        # Samples in batches wait for one another: the more at once, the fewer the days.
        together = self.study.concurrency if stated else TOGETHER
        if batched:
            await self._some(lambda planned: planned.arm.name in batched, together)
        # One server at a time: each takes the whole accelerator.
        servers = Servers(self.store.path.parent)
        for names in hosted.values():
            await self._host(servers, names)

    def _prepare(self) -> None:
        """Fit what is due to be asked before any clock runs: it is no sample's time."""
        for part in self.plan.parts:
            rows = [arm.baseline for arm in self.plan.arms_of[part.index]]
            if not any(row and row.prepare for row in rows):
                continue
            for planned in self.plan.samples(part):
                prepare = planned.arm.baseline and planned.arm.baseline.prepare
                if prepare and self._shard.has(planned.key) and self._due(planned):
                    prepare(planned.trial)

    async def _host(self, servers: Servers, names: frozenset[str]) -> None:
        """Run the systems of one server, which is started only if it has something to do."""

        def theirs(planned: Planned) -> bool:
            return planned.arm.name in names

        mine = (p for p in self.plan.everything() if theirs(p) and self._shard.has(p.key))
        due = next((p for p in mine if self._due(p)), None)
        if due is None or due.arm.spec is None:
            await self._some(theirs)
            return
        try:
            async with servers.serving(due.arm.spec) as url:
                self.answering.served.update(dict.fromkeys(names, f"{url}/v1"))
                await self._some(theirs)
        except CropsmithError as error:
            for name in names:
                self._break(name, str(error))
            await self._some(theirs)

    def _hosted(self) -> dict[str, frozenset[str]]:
        """Return the names of the systems by the server that they want, a grid sharing one."""
        found: dict[str, frozenset[str]] = {}
        for arm in self._arms():
            if arm.spec and arm.spec.serve:
                key = f"{arm.spec.model} {arm.spec.serve.model_dump_json()}"
                found[key] = found.get(key, frozenset()) | {arm.name}
        return found

    def _arms(self) -> Sequence[Arm]:
        return [arm for arms in self.plan.arms_of.values() for arm in arms]

    def _due(self, planned: Planned) -> bool:
        """Tell whether a sample has to be run: it is not there, or it failed on the way."""
        status = self._states.get(planned.key)
        return status is None or status not in PAID_FOR or status.value in self._again

    async def _some(self, wanted: Callable[[Planned], bool], at_once: int = 0) -> None:
        """Run the wanted samples, a bounded number at a time and in memory."""
        at_once = at_once or self.study.concurrency
        queue: asyncio.Queue[Planned | None] = asyncio.Queue(2 * at_once)
        workers = [asyncio.create_task(self._work(queue)) for _ in range(at_once)]
        begun: set[str] = set()
        try:
            for planned in self.plan.everything():
                if not (wanted(planned) and self._shard.has(planned.key)):
                    continue
                if planned.key in begun:
                    self.outcome.same += 1
                    continue
                if not self._due(planned):
                    self.outcome.skipped += 1
                    continue
                if planned.arm.name in self.outcome.stopped:
                    self.outcome.not_run += 1
                    continue
                # Set now: the same sample may come again under another name.
                self._states[planned.key] = SampleStatus.OK
                begun.add(planned.key)
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
            if planned.arm.name in self.outcome.stopped:
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
                answer = await (self._cluster or self.answering).answer(
                    planned.arm,
                    planned.trial,
                    planned.guise,
                    Attempt(planned.key, number + extra),
                )
            except BudgetSpent:
                self.outcome.unpaid.add(planned.arm.name)
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

    def _break(self, name: str, why: str) -> None:
        self.outcome.broken.setdefault(name, why)

    def _note(self, planned: Planned, answer: Answer) -> None:
        self.outcome.done += 1
        counts = self.outcome.by_status
        counts[answer.status] = counts.get(answer.status, 0) + 1
        tally = self.outcome.systems.setdefault(planned.arm.name, Tally())
        tally.done += 1
        if answer.status is not SampleStatus.OK:
            tally.failed += 1
            tally.first = tally.first or answer.message or str(answer.status)
        if self._progress:
            self._progress(self.outcome, planned, answer)


def reserve_of(store: Store, ceiling: float | None) -> Reserve:
    """Return what may be spent under a ceiling, in US dollars, after what a store has spent."""
    spent = store.spending()
    return Reserve(ceiling, spent.cost + spent.unsure, worst=store.worst_prompts())
