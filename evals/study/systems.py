"""The systems under study: baselines, the graph with any mind, and rankers of given boxes."""

import asyncio
import contextvars
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Protocol

from cropsmith.agents.backends.calls.batch_book import BatchBook
from cropsmith.agents.minds.base.mind import MindFailed
from cropsmith.agents.parts.parts import Parts, Ready, build_parts, new_recorder
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.record import NoTrace, Recorder
from cropsmith.errors import (
    BudgetSpent,
    CropsmithError,
    Infeasible,
    Misconfigured,
    MissingExtra,
    NotAllowed,
    Unavailable,
    UnreadableImage,
    UsageError,
)
from cropsmith.evals.baselines.registry import Baseline
from cropsmith.evals.study.ledger import Attempt, Ledger, current_attempt
from cropsmith.evals.study.spec import SystemSpec
from cropsmith.evals.study.till import Till
from cropsmith.evals.trial import Answer, Mode, SampleStatus, Trial
from cropsmith.evals.trial import Protocol as Given
from cropsmith.prompts import replaced_by
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.subject_mask import subject_from_mask
from cropsmith.tools.models.weights import WeightsMissing
from cropsmith.tools.photographer.opened_photo import View, Views
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.geometry import as_array
from cropsmith.tools.schema.request import CropRequest, Target
from cropsmith.tools.schema.result import Verdict

current_recorder: contextvars.ContextVar[Recorder | None] = contextvars.ContextVar(
    "current_recorder", default=None
)
"""Where the pictures shown in this sample go: one mind serves all samples of its system."""

FATAL = (NotAllowed, Misconfigured, MissingExtra, UsageError, WeightsMissing)
"""What no other photo can mend: the system stops, and the person is told."""
OF_ONE_PHOTO = (UnreadableImage, Infeasible)
"""Usage errors of a single photo."""


class System(Protocol):
    """Answers trials. Raises only what concerns the system as a whole, or BudgetSpent."""

    async def answer(self, trial: Trial) -> Answer:
        """Answer one trial."""
        ...


class BaselineSystem:
    """A baseline as a system."""

    def __init__(self, row: Baseline) -> None:
        self._row = row

    async def answer(self, trial: Trial) -> Answer:
        """Compute it, beside the event loop if it opens the photo."""
        try:
            if self._row.looks:
                return await asyncio.to_thread(self._compute, trial)
            return self._compute(trial)
        except OF_ONE_PHOTO as error:
            return failed(SampleStatus.ERROR, str(error))
        except FATAL:
            raise
        except CropsmithError as error:
            return failed(SampleStatus.ERROR, str(error))

    def _compute(self, trial: Trial) -> Answer:
        if trial.protocol.mode is Mode.RANK:
            assert self._row.rank  # the plan asks only what a baseline does
            return Answer(status=SampleStatus.OK, scores=tuple(self._row.rank(trial)))
        assert self._row.crop
        return Answer(status=SampleStatus.OK, box=self._row.crop(trial), proposed_by=self._row.name)


def failed(status: SampleStatus, message: str, attempt: Attempt | None = None) -> Answer:
    """Return the record of a failure."""
    return Answer(status=status, message=message, **_bill(attempt))


def _bill(attempt: Attempt | None) -> Mapping[str, Any]:
    """Return what a sample cost, and where its trace is: a failure's is wanted most."""
    if attempt is None:
        return {}
    recorder = current_recorder.get()
    return {
        "trace_id": recorder.trace_id if recorder else None,
        "calls": attempt.calls,
        "cost": attempt.cost,
        "prompt_tokens": attempt.prompt_tokens,
        "completion_tokens": attempt.completion_tokens,
        "conventions": tuple(attempt.conventions),
        "raw": attempt.raw,
    }


def request_for(trial: Trial) -> CropRequest:
    """Return the request of a trial in generate mode."""
    # A request says its shape in its own words: to read them is part of what is asked.
    shaped = trial.ratio if trial.protocol is not Given.ASKED else None
    targets = (Target(name=str(shaped), ratio=shaped),) if shaped else ()
    mask = trial.subject_mask
    return CropRequest(
        text="" if trial.described else trial.text,
        caption=trial.text if trial.described else "",
        targets=targets,
        subject_box=trial.subject,
        subject_centre=subject_from_mask(mask, trial.size).centre if mask else None,
        keep=None if trial.may_keep else False,
    )


class _OfTheSample(NoTrace):
    """Gives pictures to the trace of the sample that is under way."""

    def picture(self, data: bytes, role: str = "shown") -> str:
        """Keep a picture, return its sha256."""
        if (recorder := current_recorder.get()) is not None:
            return recorder.picture(data, role)
        return super().picture(data, role)


class CropSystem:
    """The graph with one mind and one set of settings; rankers share its model and ledger."""

    def __init__(
        self,
        spec: SystemSpec,
        till: Till,
        *,
        prompts: Path | None,
        traces: bool,
        study: str,
        views: Views,
        server: str = "",
        book: BatchBook | None = None,
    ) -> None:
        """`server`: URL of one that was started for this system. All systems share `views`.

        Traces are kept under the name of the `study`. With a `book` the model is asked in batches.
        """
        self._book = book
        self._spec = spec
        self._server = server
        self._study = study
        self._prompts = prompts
        # A folder is named from the study's own place, wherever this runs.
        own = {"prompts": str(prompts)} if prompts else {}
        self._settings = spec.run_settings(trace=traces).but(**own)
        self._views = views
        self._till = till
        self._ready: dict[int, Parts] = {}

    async def answer(self, trial: Trial) -> Answer:
        """Crop, or rank, and say how it went."""
        attempt = current_attempt.get()
        current_recorder.set(None)  # a worker's earlier sample may have left its own
        swap = replaced_by(self._prompts) if self._prompts else nullcontext()
        try:
            with swap:
                if trial.protocol.mode is Mode.RANK:
                    found = await self._rank(trial)
                else:
                    found = await self._crop(trial)
            return found.model_copy(update=_bill(attempt))
        except MindFailed as error:
            if isinstance(error.__cause__, BudgetSpent):
                raise error.__cause__ from None
            return failed(status_of(error.status), error.message, attempt)
        except OF_ONE_PHOTO as error:
            return failed(SampleStatus.ERROR, str(error), attempt)
        except Unavailable as error:
            return failed(SampleStatus.UNAVAILABLE, str(error), attempt)
        except (BudgetSpent, *FATAL):
            raise
        except CropsmithError as error:
            return failed(SampleStatus.ERROR, str(error), attempt)

    def _of_seed(self, seed: int) -> Parts:
        """Return the parts of a seed: mind, scorers and index are built once for its samples."""
        if seed not in self._ready:
            settings = self._settings
            ready: Ready = {"views": self._views, "recorder": _OfTheSample(), "lacks_stop": False}
            if self._spec.asks_a_model:
                from cropsmith.agents.backends.registry import build_backend

                settings = settings.but(seed=seed)
                backend = build_backend(
                    self._spec.model,
                    server=self._server or settings.server,
                    timeout=0.6 * settings.timeout,
                    deadline=settings.timeout,
                    # The ledger keeps replies; one from the common cache is not a new sample.
                    cache_replies=False,
                    book=self._book,
                )
                ready["backend"] = Ledger(
                    backend, self._till, self._spec.price, batched=self._book is not None
                )
            parts = build_parts(settings, **ready)
            _ = parts.mind, parts.scorers, parts.retriever  # built here, so that samples share them
            self._ready[seed] = parts
        return self._ready[seed]

    def _of_sample(self, seed: int) -> Parts:
        """Return parts with a trace of their own that share everything else."""
        ready = self._of_seed(seed)
        recorder = new_recorder(self._study) if ready.settings.trace else NoTrace()
        parts = ready.but(recorder=recorder)
        current_recorder.set(parts.recorder)
        return parts

    async def _crop(self, trial: Trial) -> Answer:
        parts = self._of_sample(trial.seed)
        photo = await asyncio.to_thread(open_photo, trial.path)
        with self._views.holding(photo) as view:
            result = await run(view.photo, request_for(trial), parts)
        crop, model = result.crops[0], self._spec.model
        if crop.verdict is Verdict.REJECT and trial.protocol is Given.GUIDE:
            return Answer(status=SampleStatus.OK, rejected=True, reasons=tuple(crop.reasons))
        if crop.verdict is Verdict.REJECT:  # an answer, of which the nearest thing is no crop
            return failed(SampleStatus.REFUSED, " ".join(crop.reasons), current_attempt.get())
        return Answer(
            status=SampleStatus.OK,
            box=crop.box,
            kept=crop.kept,
            reasons=tuple(crop.reasons),
            confidence=crop.confidence,
            proposed_by=model if model in crop.sources else crop.source,
        )

    async def _rank(self, trial: Trial) -> Answer:
        photo = await asyncio.to_thread(open_photo, trial.path)
        with self._views.holding(photo) as view:
            return await self._scored(trial, view)

    async def _scored(self, trial: Trial, view: View) -> Answer:
        if self._spec.asks_a_model:
            from cropsmith.evals.study.ranker import rank_with

            mind = self._of_seed(trial.seed).mind
            return await rank_with(mind, view, trial, self._spec.temperature or 0.0)
        scores = await asyncio.to_thread(self._prefer, view, trial)
        return Answer(status=SampleStatus.OK, scores=tuple(float(v) for v in scores))

    def _prefer(self, view: Any, trial: Trial) -> Any:
        preference, boxes = Preference.load(), as_array(trial.boxes)
        # What an expert chooses and what a crowd prefers are separate outputs of the eye.
        if trial.protocol is Given.VOTES:
            return preference.votes(view.sight, boxes, view.things)
        return preference.score(view.sight, boxes)


def status_of(name: str) -> SampleStatus:
    """Return the sample's status for a reply's."""
    try:
        return SampleStatus(name)
    except ValueError:
        return SampleStatus.ERROR
