"""Two to six runs of one photo side by side: what they cost and came to, and where they parted."""

from collections import Counter
from collections.abc import Iterable, Sequence

from cropsmith.agents.trace.values import Trace, TraceHead
from cropsmith.agents.trace.verdicts import Verdict
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.leaves import changes
from cropsmith.agents.trace.views.parting import Parting, parting
from cropsmith.agents.trace.views.story import origin_told
from cropsmith.errors import UsageError
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.values import Value

MOST = 6
LETTERS = "ABCDEF"


class Answer(Value):
    """What one run came to for one shape."""

    box: Box
    angle: float = 0.0
    """Degrees that the photo was turned by, clockwise: the box lies on the turned one."""
    output: Size
    """Of the file, in pixels."""
    verdict: str
    """crop, keep or reject."""
    sources: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    said: str = ""
    """What a person said of it: accepted, corrected, rejected; empty where nobody did."""


class Side(Value):
    """One of the runs."""

    letter: str
    head: TraceHead
    origin: str = ""
    """What it repeats or goes on from, in words."""
    settings: dict[str, str] = {}
    """Those in which not all the runs agree."""
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Shape(Value):
    """One of the asked shapes over all runs; None for a run that has no crop of it."""

    name: str
    answers: tuple[Answer | None, ...]
    overlap: tuple[tuple[float | None, ...], ...]
    """IoU of each run's box with each other's; None also where the photo was turned otherwise."""


class Comparison(Value):
    """Runs of one photo, in the order in which they were named."""

    sides: tuple[Side, ...]
    shapes: tuple[Shape, ...]
    partings: tuple[Parting, ...]
    """Each other run against the first."""


def compare(traces: Sequence[Trace], verdicts: Iterable[Verdict] = ()) -> Comparison:
    """Compare runs of one photo. UsageError for too few, too many, one twice, or other photos."""
    _check(traces)
    said = {(one.trace, one.target): _said(one) for one in verdicts}
    apart = _settings_apart(traces)
    rows = [_answers(trace, said) for trace in traces]
    sides = tuple(
        _side(letter, trace, settings)
        for letter, trace, settings in zip(LETTERS, traces, apart, strict=False)
    )
    names = dict.fromkeys(name for row in rows for name in row)
    return Comparison(
        sides=sides,
        shapes=tuple(_shape(name, [row.get(name) for row in rows]) for name in names),
        partings=tuple(parting(traces[0], trace) for trace in traces[1:]),
    )


def shape_name(target: Target) -> str:
    """Return what a shape is called."""
    return target.name or (str(target.ratio) if target.ratio else "Any shape")


def _check(traces: Sequence[Trace]) -> None:
    if not 2 <= len(traces) <= MOST:
        raise UsageError(
            f"Two to {MOST} runs can be compared, not {len(traces)}.",
            hint="cropsmith trace list shows what there is.",
        )
    twice = [name for name, count in Counter(t.head.id for t in traces).items() if count > 1]
    if twice:
        raise UsageError(f"The run {twice[0]} is named twice.")
    photos = {trace.head.sha256: trace.head for trace in traces if trace.head.sha256}
    if len(photos) > 1:
        a, b, *_ = photos.values()
        raise UsageError(
            f"The runs {a.id} and {b.id} are of different photos: {a.source} and {b.source}.",
            hint="Compare runs of one photo; cropsmith trace list --photo NAME finds them.",
        )


def _side(letter: str, trace: Trace, settings: dict[str, str]) -> Side:
    account = account_of(trace)
    return Side(
        letter=letter,
        head=trace.head,
        origin=origin_told(trace.facts.origin, changed=False),
        settings=settings,
        failures=tuple(f"{one.source}, {one.status}: {one.message}" for one in account.failures),
        notes=tuple(account.report.notes if account.report else account.notes),
    )


def _settings_apart(traces: Sequence[Trace]) -> Sequence[dict[str, str]]:
    """Return of each run the settings in which not all agree; the model is told apart."""
    every = [trace.facts.settings for trace in traces]
    found: list[dict[str, str]] = [{} for _ in every]
    for name in dict.fromkeys(name for settings in every for name in settings):
        values = [settings.get(name) for settings in every]
        if name in ("model", "trace", "approve") or all(value == values[0] for value in values):
            continue
        for told, value in zip(found, values, strict=True):
            # A word for each value, as in the differences of outputs.
            told[name] = next((one.after for one in changes(None, value)), "") or "default"
    return found


def _answers(trace: Trace, said: dict[tuple[str, int], str]) -> dict[str, Answer]:
    report = account_of(trace).report
    found: dict[str, Answer] = {}
    for number, crop in enumerate(report.crops if report else ()):
        name, more = shape_name(crop.target), 2
        while name in found:
            name, more = f"{shape_name(crop.target)} ({more})", more + 1
        found[name] = Answer(
            box=crop.box,
            angle=trace.angle,
            output=crop.output,
            verdict=crop.verdict,
            sources=crop.sources,
            reasons=crop.reasons,
            said=said.get((trace.head.id, number), ""),
        )
    return found


def _said(verdict: Verdict) -> str:
    if not verdict.accepted:
        return "rejected"
    return "accepted as corrected" if verdict.corrected else "accepted"


def _shape(name: str, answers: Sequence[Answer | None]) -> Shape:
    return Shape(
        name=name,
        answers=tuple(answers),
        overlap=tuple(
            tuple(
                one.box.iou(other.box) if one and other and one.angle == other.angle else None
                for other in answers
            )
            for one in answers
        ),
    )
