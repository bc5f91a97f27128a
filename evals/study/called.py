"""A cropper of others as a system: called, its answer checked, and kept where it was paid for."""

import asyncio
import inspect
import time
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError

from cropsmith.errors import CropsmithError, Unavailable, UsageError
from cropsmith.evals.study.cropper import Cropper, Told
from cropsmith.evals.study.ledger import current_attempt
from cropsmith.evals.study.reserve import Quote
from cropsmith.evals.study.systems import FATAL, OF_ONE_PHOTO, failed
from cropsmith.evals.study.till import Bill, Call, Till
from cropsmith.evals.trial import PAID_FOR, Answer, Mode, SampleStatus, Trial
from cropsmith.tools.schema.geometry import Box

PURPOSE = "crop"


class CalledSystem:
    """Answers trials by calling a cropper."""

    def __init__(self, row: Cropper, till: Till, *, price: float | None, at_once: int) -> None:
        """`price`: US dollars that one photo costs at most. UsageError where a ceiling needs it."""
        if row.kept and price is None and till.max_cost is not None:
            raise UsageError(
                f"The price of {row.name} is not known, so a limit on cost cannot be kept.",
                hint="Say what a photo costs at most: cost = 0.01, or 0.",
            )
        self._row, self._till, self._price = row, till, price or 0.0
        # The loop's own threads are few, and these may wait for a server.
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="cropper")

    async def answer(self, trial: Trial) -> Answer:
        """Call it, or take up the answer of this very attempt that a killed run has kept."""
        if not (self._row.kept or self._price):
            return await self._checked(trial)
        attempt = current_attempt.get()
        assert attempt is not None  # the runner sets it
        key = f"{attempt.sample} {attempt.number}"
        if (kept := await self._till.kept(key)) is not None:
            return Answer.model_validate_json(kept)
        quote = Quote(self._row.name, PURPOSE, most=self._price, alone=False)
        opened = await self._till.open(Call(key, attempt.sample, quote))
        bill, start = None, time.perf_counter()
        try:
            found = await self._checked(trial)
            answered = found.status in PAID_FOR
            cost = (self._price if found.cost is None else found.cost) if answered else 0.0
            found = found.model_copy(update={"cost": cost, "calls": 1})
            text = found.model_dump_json(exclude_defaults=True)
            bill = Bill(found.status.value, cost, time.perf_counter() - start, text)
            return found
        except CropsmithError:  # it took no such request
            bill = Bill("error", 0.0, time.perf_counter() - start)
            raise
        finally:
            await self._till.close(opened, bill)

    async def _checked(self, trial: Trial) -> Answer:
        try:
            return _answer(await self._call(trial), trial)
        except OF_ONE_PHOTO as error:
            return failed(SampleStatus.ERROR, str(error))
        except FATAL:
            raise
        except Unavailable as error:
            return failed(SampleStatus.UNAVAILABLE, str(error))
        except CropsmithError as error:
            return failed(SampleStatus.ERROR, str(error))

    async def _call(self, trial: Trial) -> Told:
        function = self._row.rank if trial.protocol.mode is Mode.RANK else self._row.crop
        assert function is not None  # the plan asks only what it does
        if inspect.iscoroutinefunction(function):
            told: Told = await function(trial)
            return told
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self._threads, function, trial)
        return await made if inspect.isawaitable(made) else made


def _answer(told: Told, trial: Trial) -> Answer:
    """Return what a cropper returned as an answer; INVALID for what is none."""
    if isinstance(told, Answer):
        return told
    if told is None:
        return failed(SampleStatus.REFUSED, "It gave no crop.")
    ranks = trial.protocol.mode is Mode.RANK
    try:
        if isinstance(told, Box):
            return Answer(status=SampleStatus.OK, box=told)
        numbers = tuple(float(value) for value in told)
        if not ranks:
            return Answer(status=SampleStatus.OK, box=Box.of(numbers))
    except (TypeError, ValueError, ValidationError) as error:
        told_so = " ".join(str(error).split())
        return failed(SampleStatus.INVALID, f"It returned no box: {told_so}")
    if len(numbers) != len(trial.boxes):
        said = f"{len(numbers)} scores for {len(trial.boxes)} boxes."
        return failed(SampleStatus.INVALID, said)
    return Answer(status=SampleStatus.OK, scores=numbers)
