"""A past run, from the command line or anywhere, taken up again in a sitting."""

from pathlib import Path

from pydantic import ValidationError

from cropsmith.agents.trace.database import images_of
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.agents.trace.photo import photo_of
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import account_of
from cropsmith.errors import UsageError
from cropsmith.studio.sittings.store import SittingStore
from cropsmith.studio.sittings.values import SHAPES, TEXT, Entry, State, Wanted
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.schema.request import CropRequest


def reopened(home: Path, store: SittingStore, name: str) -> tuple[str, int]:
    """Return the sitting and the photo that hold a run, begun anew where none does yet.

    UsageError where there is no such run, it came to no answer, or its photo has gone. File work.
    """
    trace = TraceLibrary(home).read(name)
    if (known := store.of_trace(trace.head.id)) is not None:
        return known
    report = account_of(trace).report
    if report is None:
        raise UsageError(f"The run {trace.head.id} came to no answer, so there is nothing to edit.")
    entry = _entry(trace, home)
    sitting = store.begin(entry.name)
    number = store.add(sitting.id, entry).number
    take = store.take(sitting.id, number, report.model, _wanted(trace))
    ended = {"state": State.DONE, "trace": trace.head.id, "report": report}
    store.keep(sitting.id, take.model_copy(update={**ended, "seconds": trace.head.seconds}))
    return sitting.id, number


def _entry(trace: Trace, home: Path) -> Entry:
    images = ImageStore(images_of(home))
    photo = photo_of(trace, images)
    kept = images.get(photo.sha256) is not None
    return Entry(
        number=0,
        sha256=photo.sha256,
        name=photo.name,
        path="" if kept else trace.head.path,
        size=photo.size,
        notes=photo.notes,
    )


def _wanted(trace: Trace) -> Wanted:
    """Return what asks for the same again, as far as words and shapes do."""
    facts = trace.facts
    try:
        request = CropRequest.model_validate(facts.request)
    except ValidationError:  # of another version: the words are there in any case
        return Wanted(text=facts.text[:TEXT], models=(facts.model,))
    names = tuple(target.name for target in request.targets)
    shapes = names if all(names) and len(names) <= SHAPES else ()
    return Wanted(
        text=request.text[:TEXT],
        ratios=shapes,
        models=(facts.model,),
        straighten=request.straighten,
    )
