"""Answers one sample: what every process of a study does, here or on a node of a cluster."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cropsmith.agents.backends.calls.batch_book import BatchBook
from cropsmith.errors import CropsmithError
from cropsmith.evals.study.called import CalledSystem
from cropsmith.evals.study.ledger import Attempt, current_attempt
from cropsmith.evals.study.plan import Arm
from cropsmith.evals.study.spec import Study
from cropsmith.evals.study.systems import (
    OF_ONE_PHOTO,
    BaselineSystem,
    CropSystem,
    System,
    failed,
)
from cropsmith.evals.study.till import Till
from cropsmith.evals.study.variants import Guise, disguised, write_variant
from cropsmith.evals.trial import Answer, SampleStatus, Trial
from cropsmith.prompts.sets import find_set
from cropsmith.tools.photographer.opened_photo import Views

Build = Callable[[Arm], System]


class Answers(Protocol):
    """Where samples are answered."""

    async def answer(self, arm: Arm, trial: Trial, guise: Guise | None, attempt: Attempt) -> Answer:
        """Answer a trial, its photo in a guise where there is one.

        Raises only what concerns the system as a whole, or BudgetSpent.
        """


class Answering:
    """In this process. Systems are built once, and what one measures of a photo serves all."""

    def __init__(self, study: Study, till: Till, *, guises: Path, book: Path) -> None:
        """`guises`: folder for photos in other guises; `book`: file of what batches wait for."""
        self._study, self._till, self._guises, self._book_file = study, till, guises, book
        self.build: Build = self.built
        self.views = Views()
        self.served: dict[str, str] = {}
        """System -> URL of the server that was started for it."""
        self._systems: dict[str, System] = {}
        self._book: BatchBook | None = None

    async def answer(self, arm: Arm, trial: Trial, guise: Guise | None, attempt: Attempt) -> Answer:
        """Answer a trial; see `Answers`."""
        token = current_attempt.set(attempt)
        try:
            if arm.key not in self._systems:
                self._systems[arm.key] = self.build(arm)
            batched = arm.spec is not None and arm.spec.batched
            async with asyncio.timeout(None if batched else self._study.timeout):
                shown = await self._shown(trial, guise)
                return await self._systems[arm.key].answer(shown)
        except TimeoutError:
            limit = f"{self._study.timeout:g} s"
            return failed(SampleStatus.TIMEOUT, f"No answer within {limit}.", attempt)
        except OF_ONE_PHOTO as error:
            return failed(SampleStatus.ERROR, str(error), attempt)
        except CropsmithError:
            raise
        except Exception as error:
            # A bug in one system, or in a package below it, must not end a paid study: the
            # sample is an error with its name, and the report counts it.
            return failed(SampleStatus.ERROR, f"{type(error).__name__}: {error}", attempt)
        finally:
            current_attempt.reset(token)

    async def _shown(self, trial: Trial, guise: Guise | None) -> Trial:
        """Return the trial, its photo in the guise that the sample is about."""
        if guise is None:
            return trial
        shown = disguised(trial, guise, self._guises)
        target = Path(shown.path)
        if not target.is_file():
            await asyncio.to_thread(write_variant, trial.path, guise, target)
        return shown

    def built(self, arm: Arm) -> System:
        """Build the system of an arm."""
        if arm.baseline is not None:
            return BaselineSystem(arm.baseline)
        assert arm.spec is not None
        if arm.cropper is not None:
            return CalledSystem(
                arm.cropper, self._till, price=arm.spec.cost, at_once=self._study.concurrency
            )
        folder = find_set(arm.spec.prompts, self._study.resolve(""))
        return CropSystem(
            arm.spec,
            self._till,
            prompts=folder,
            traces=self._study.traces,
            study=self._study.name,
            views=self.views,
            server=self.served.get(arm.name, ""),
            book=self._batches() if arm.spec.batched else None,
        )

    def _batches(self) -> BatchBook:
        """Return the book of batches, beside the samples: a study that is killed finds it again."""
        self._book = self._book or BatchBook(self._book_file)
        return self._book
