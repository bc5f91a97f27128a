"""A study's samples on a Ray cluster: answered by desks there, noted and paid here.

A desk is an actor of one CPU that does what `Answering` does here. Its calls are kept and paid at
the till of the process that runs the study, before anybody sees them. So there is one store and one
purse, and a desk that dies takes nothing with it: its samples are answered at another, which takes
up the calls that were answered. Needs cropsmith[ray].
"""

import asyncio
import contextlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cropsmith.errors import CropsmithError, Unavailable
from cropsmith.evals.baselines.registry import BASELINES
from cropsmith.evals.study.answering import Answering
from cropsmith.evals.study.cropper import find_cropper
from cropsmith.evals.study.ledger import Attempt
from cropsmith.evals.study.plan import Arm
from cropsmith.evals.study.spec import Study
from cropsmith.evals.study.systems import failed
from cropsmith.evals.study.till import Bill, Call, OwnTill
from cropsmith.evals.study.variants import Guise
from cropsmith.evals.trial import Answer, SampleStatus, Trial
from cropsmith.plugins import rows_of_files
from cropsmith.tools.cluster import beside_us, joined

LIVES = 3
"""Desks that a sample may see die before it counts as what ends them."""
EACH = 2
"""Samples at a desk at once, if the study does not say: one is read while one is looked at."""
WAIT = 300.0
"""Seconds for a cluster without any desk to bring one."""


class Mail:
    """Carries what desks ask of the till: an actor beside the process that runs the study."""

    def __init__(self) -> None:
        self._asked: asyncio.Queue[tuple[int, Asked]] = asyncio.Queue()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._count = 0

    async def ask(self, asked: "Asked") -> Any:
        """Return what the till says."""
        self._count += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[self._count] = answer
        self._asked.put_nowait((self._count, asked))
        return await answer

    async def next(self) -> tuple[int, "Asked"]:
        """Return what is asked next."""
        return await self._asked.get()

    async def answer(self, number: int, said: Any) -> None:
        """Answer who asked."""
        self._answers.pop(number).set_result(said)


@dataclass(frozen=True)
class Asked:
    """What a desk asks of the till. Picklable."""

    desk: int
    sample: str
    kept: str = ""
    """Key of a call whose reply is wanted."""
    opens: Call | None = None
    closes: int | None = None
    bill: Bill | None = None


class FarTill:
    """The till as a desk sees it."""

    def __init__(self, desk: int, mail: Any, max_cost: float | None) -> None:
        self._desk, self._mail, self.max_cost = desk, mail, max_cost

    async def kept(self, key: str) -> str | None:
        """Return the reply to a call that was answered."""
        found: str | None = await self._ask(Asked(self._desk, "", kept=key))
        return found

    async def open(self, call: Call) -> int:
        """Hold back and note; see `Till`."""
        return int(await self._ask(Asked(self._desk, call.sample, opens=call)))

    async def close(self, opened: int, bill: Bill | None) -> None:
        """Note and book; see `Till`."""
        asked = Asked(self._desk, "", closes=opened, bill=bill)
        if bill is None:  # cut off: nobody waits any more
            self._mail.ask.remote(asked)
            return
        await self._ask(asked)

    async def _ask(self, asked: Asked) -> Any:
        said = await self._mail.ask.remote(asked)
        if isinstance(said, CropsmithError):
            raise said
        return said


class Desk:
    """Answers samples in a process of the cluster."""

    def __init__(self, number: int, study: Study, mail: Any) -> None:
        self._number, self._study, self._mail = number, study, mail
        self._arms: dict[str, Arm] = {}
        self._held = contextlib.ExitStack()

    async def begin(self) -> CropsmithError | None:
        """Get ready; return what hinders."""
        try:
            files = [self._study.resolve(name) for name in self._study.plugins]
            self._held.enter_context(rows_of_files(files))
            place = Path(self._held.enter_context(tempfile.TemporaryDirectory()))
            till = FarTill(self._number, self._mail, self._study.max_cost)
            self._answering = Answering(
                self._study, till, guises=place, book=place / "batches.sqlite3"
            )
        except CropsmithError as error:
            return error
        return None

    async def answer(
        self, name: str, trial: Trial, guise: Guise | None, attempt: Attempt
    ) -> Answer | CropsmithError:
        """Answer a trial, or return why its system cannot go on."""
        try:
            return await self._answering.answer(self._arm(name), trial, guise, attempt)
        except CropsmithError as error:
            return error

    def _arm(self, name: str) -> Arm:
        if name not in self._arms:
            baseline = BASELINES.get(name)
            spec = next((one for one in self._study.arms if one.name == name), None)
            cropper = spec.cropper if spec else ""
            found = find_cropper(cropper, self._study.resolve) if cropper else None
            self._arms[name] = Arm(name, name, spec=spec, baseline=baseline, cropper=found)
        return self._arms[name]


@dataclass(eq=False)
class _Place:
    """A desk, and what it has to do."""

    number: int
    desk: Any
    samples: set[str] = field(default_factory=set)
    asking: set[asyncio.Task[None]] = field(default_factory=set)


class Rays:
    """The cluster, open. See `answering.Answers`."""

    def __init__(self, study: Study, till: OwnTill) -> None:
        """Join the cluster of RAY_ADDRESS, or start one on this machine."""
        self._ray = ray = joined()
        self._study, self._till = study, till
        self._desks: Any = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Desk)
        mail: Any = ray.remote(num_cpus=0)(Mail)
        self._mail = mail.options(scheduling_strategy=beside_us(ray)).remote()
        self._cpus = max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._places: dict[int, _Place] = {}
        self._coming: set[asyncio.Task[None]] = set()
        self._came = asyncio.Event()
        self._hindered: CropsmithError | None = None
        self._made = 0

    @property
    def width(self) -> int:
        """Samples that the cluster has to do at once, if the study does not say."""
        return EACH * self._cpus

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._serve())
        for _ in range(self._cpus):
            self._call_in()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (self._serving, *self._coming):
            task.cancel()
        for place in self._places.values():
            self._ray.kill(place.desk)
        self._ray.kill(self._mail)

    async def answer(self, arm: Arm, trial: Trial, guise: Guise | None, attempt: Attempt) -> Answer:
        """Answer a trial at the desk with the least to do, at another if that one dies."""
        for _ in range(LIVES):
            place = await self._freest()
            place.samples.add(attempt.sample)
            try:
                told = await place.desk.answer.remote(arm.name, trial, guise, attempt)
            except self._ray.exceptions.RayActorError:
                await self._lost(place, attempt.sample)
                continue
            finally:
                place.samples.discard(attempt.sample)
            if isinstance(told, CropsmithError):
                raise told
            answer: Answer = told
            return answer
        message = f"{LIVES} processes of the cluster ended while they answered it."
        return failed(SampleStatus.ERROR, message)

    async def _freest(self) -> _Place:
        while not self._places:
            if self._hindered is not None:
                raise self._hindered
            self._came.clear()
            try:
                async with asyncio.timeout(WAIT):
                    await self._came.wait()
            except TimeoutError:
                raise Unavailable(
                    f"The cluster had no free CPU for {WAIT:g} seconds.",
                    hint="Run it again when it has: what is answered is kept.",
                ) from None
        return min(self._places.values(), key=lambda place: len(place.samples))

    def _call_in(self) -> None:
        """Ask for one more desk; it is there when the cluster has a CPU for it."""
        self._made += 1
        task = asyncio.create_task(self._welcome(self._made))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _welcome(self, number: int) -> None:
        desk = self._desks.remote(number, self._study, self._mail)
        try:
            hindered = await desk.begin.remote()
        except self._ray.exceptions.RayActorError as error:
            said = " ".join(str(error).split())[:300].rstrip(".")
            hindered = Unavailable(f"A process of the cluster ended before it began: {said}.")
            if self._made < LIVES * self._cpus:
                self._call_in()
                return
        except self._ray.exceptions.RayError as error:
            said = " ".join(str(error).split())[:300].rstrip(".")
            hindered = Unavailable(f"A process of the cluster cannot begin: {said}.")
        if hindered is None:
            self._places[number] = _Place(number, desk)
        else:
            self._hindered = hindered
        self._came.set()

    async def _lost(self, place: _Place, sample: str) -> None:
        """Give up a desk, and what a sample had under way there."""
        if self._places.pop(place.number, None) is not None:
            for task in place.asking:
                task.cancel()
            self._ray.kill(place.desk)  # were it only out of reach, it would go on and pay
            self._call_in()
        await self._till.abandon(sample)

    async def _serve(self) -> None:
        """Give desks what they ask of the till."""
        while True:
            number, asked = await self._mail.next.remote()
            place = self._places.get(asked.desk)
            if place is not None:
                task = asyncio.create_task(self._say(number, asked))
                place.asking.add(task)
                task.add_done_callback(place.asking.discard)

    async def _say(self, number: int, asked: Asked) -> None:
        said: Any = None
        try:
            if asked.opens is not None:
                said = await self._till.open(asked.opens)
            elif asked.closes is not None:
                await self._till.close(asked.closes, asked.bill)
            else:
                said = await self._till.kept(asked.kept)
        except CropsmithError as error:
            said = error
        self._mail.answer.remote(number, said)
