"""The supervisor of a batch: hands out the photos of a manifest, and notes what became of each."""

from collections.abc import Generator, Iterator, Sequence

from cropsmith.batch.engine import Claimed, Died, Engine, Event, Finished
from cropsmith.batch.manifest import Manifest
from cropsmith.batch.work import Job, Outcome, State

DEADLY = 1
"""Exit code of a photo that ends the processes which crop it."""


def supervised(manifest: Manifest, engine: Engine, width: int) -> Generator[Outcome]:
    """Crop the photos that wait, `width` at a time; yield each outcome when it is noted.

    A photo whose process died is tried once more after all others, alone in a new process; one that
    ends that too has failed. Closed or interrupted, it lets what is being written be finished, and
    notes that as well.
    """
    try:
        for job in manifest.jobs(State.WAITING):
            while engine.under_way >= width:
                yield from _noted(engine.events(), manifest)
            engine.give(job)
        while engine.under_way:
            yield from _noted(engine.events(), manifest)
        for job in manifest.jobs(State.AGAIN):
            engine.close()
            engine.give(job)
            while engine.under_way:
                yield from _noted(engine.events(), manifest, last=True)
    finally:
        for _ in _noted(engine.stop(), manifest):
            pass
        engine.close()


def _noted(events: Sequence[Event], manifest: Manifest, *, last: bool = False) -> Iterator[Outcome]:
    for event in events:
        if isinstance(event, Claimed):
            event.answer(manifest.claim(event.job.number, event.paths))
        elif isinstance(event, Finished):
            manifest.record(event.job.number, event.outcome)
            yield event.outcome
        else:
            manifest.died(event.job)
            if last:
                outcome = _deadly(event.job, event)
                manifest.record(event.job.number, outcome)
                yield outcome


def _deadly(job: Job, died: Died) -> Outcome:
    problem = f"{job.photo} ended the process that cropped it, twice ({died.how}), and is left out."
    return Outcome(job.photo, State.FAILED, problem=problem, exit_code=DEADLY)
