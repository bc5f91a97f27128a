"""Runs side by side in a terminal: cost, time and verdicts, overlaps, then where they parted."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cropsmith.agents.trace.values import TraceHead
from cropsmith.agents.trace.views.comparison import Answer, Comparison, Shape, Side
from cropsmith.agents.trace.views.parting import Difference, Part, Parting
from cropsmith.agents.trace.views.story import STATUS_STYLE, price, took
from cropsmith.agents.trace.views.words import Kind, Span, changed_words
from cropsmith.tools.schema.plain_text import one_line, visible

AROUND = 40
"""Signs of what stayed that are shown on each side of a change."""

SHOWN_CHANGES = 6
"""Changes of one prompt, reply or output that are shown unless all are asked for."""

LONG = 240
"""Signs of one passage that went or came that are shown unless all are asked for."""

SHOWN_CANDIDATES = 8
STYLES = {Kind.SAME: "dim", Kind.GONE: "red strike", Kind.CAME: "green"}
MARKS = {Kind.SAME: ("", ""), Kind.GONE: ("[-", "-]"), Kind.CAME: ("{+", "+}")}
"""As `git diff --word-diff` marks them: colours may be missing."""


def compared(comparison: Comparison, *, full: bool = False) -> RenderableType:
    """Return the whole comparison; `full` shows every change to the last word."""
    parts: list[RenderableType] = [_sides(comparison.sides)]
    for shape in comparison.shapes:
        parts += [Text(), *_shape(shape, comparison.sides)]
    for side, one in zip(comparison.sides[1:], comparison.partings, strict=True):
        parts += [Text(), parted(one, (comparison.sides[0].letter, side.letter), full=full)]
    return Group(*parts)


def parted(found: Parting, names: tuple[str, str], *, full: bool = False) -> RenderableType:
    """Return where two runs parted, and every difference."""
    a, b = names
    if found.same:
        return Text(f"{a} and {b} went the same way: same steps, replies, boxes and scores.")
    where = f" in {found.at}" if found.at else " in their results alone"
    lines = [Text.assemble((f"{a} and {b} parted{visible(where)}.", "bold"))]
    for part, some in groupby(found.differences, key=lambda one: one.part):
        group = list(some)
        shown = group if full or part is not Part.CANDIDATE else group[:SHOWN_CANDIDATES]
        for difference in shown:
            lines += _difference(difference, full)
        if len(group) > len(shown):
            lines.append(Text(f"… {len(group) - len(shown)} more candidates differ.", "dim"))
    return Group(*lines)


def _sides(sides: Sequence[Side]) -> RenderableType:
    columns = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    apart = len({side.head.request for side in sides}) > 1
    names = ("", "id", "cost", "took", "calls", "status", "model", *(["request"] * apart), "with")
    for name in names:
        columns.add_column(name, no_wrap=name in ("", "id"))
    for side in sides:
        head = side.head
        settings = ", ".join(f"{name} {value}" for name, value in side.settings.items())
        columns.add_row(
            Text(side.letter, "bold"),
            Text(head.id),
            Text(price(head.cost) if head.calls else "-"),
            Text(took(head.seconds), justify="right"),
            Text(calls_told(head)),
            Text(head.status.value, STATUS_STYLE[head.status]),
            Text(one_line(head.model, 40)),
            *([Text(one_line(head.request, 50))] * apart),
            Text(one_line("; ".join(filter(None, (side.origin, settings))), 80)),
        )
    return columns


def calls_told(head: TraceHead) -> str:
    """Return how many calls there were, and how many of them failed."""
    if not head.calls:
        return "-"
    return f"{head.calls}, {head.failed_calls} failed" if head.failed_calls else str(head.calls)


def _shape(shape: Shape, sides: Sequence[Side]) -> Iterator[RenderableType]:
    yield Text(visible(shape.name), "bold")
    columns = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for name in ("", "verdict", "pixels", *(f"IoU {side.letter}" for side in sides), "because"):
        columns.add_column(name, no_wrap=name != "because")
    for number, (side, answer) in enumerate(zip(sides, shape.answers, strict=True)):
        if answer is None:  # it was not asked for this shape, or came to nothing
            continue
        overlaps = shape.overlap[number]
        columns.add_row(
            Text(side.letter, "bold"),
            Text(verdict_told(answer)),
            Text(f"{answer.output.width} x {answer.output.height}"),
            *(Text("-" if one is None else f"{one:.2f}", justify="right") for one in overlaps),
            Text(one_line(" ".join(answer.reasons), 90)),
        )
    yield columns


def verdict_told(answer: Answer) -> str:
    """Return what the run decided, and what a person said of it."""
    told = {"keep": "left as it is", "reject": "not what was asked"}.get(answer.verdict, "crop")
    return f"{told}, {answer.said}" if answer.said else told


def _difference(found: Difference, full: bool) -> Iterator[Text]:
    overlap = "" if found.iou is None else f"  overlap {found.iou:.3f}"
    yield Text.assemble((found.part.value, "bold"), f"  {visible(found.place)}{overlap}")
    if found.part in (Part.PROMPT, Part.REPLY):
        yield from _cut(list(_changed(changed_words(found.before, found.after), full)), full)
    elif found.changes:
        yield from _cut(
            [
                _line(f"{one.path}: " if one.path else "", one.before, one.after, full)
                for one in found.changes
            ],
            full,
        )
    else:
        yield _line("", found.before, found.after, full)


def _line(path: str, before: str, after: str, full: bool) -> Text:
    gone, came = (visible(text) if full else one_line(text, 120) for text in (before, after))
    return Text.assemble(
        f"  {visible(path)}", (gone or "nothing", "red"), " → ", (came or "nothing", "green")
    )


def _cut(lines: list[Text], full: bool) -> Iterator[Text]:
    shown = lines if full else lines[:SHOWN_CHANGES]
    yield from shown
    if len(lines) > len(shown):
        yield Text(f"  … {len(lines) - len(shown)} more changes; --full shows them", "dim")


def _changed(spans: Sequence[Span], full: bool) -> Iterator[Text]:
    """Yield a line for each change, with a little of what stayed around it."""
    line = Text("  ")
    for number, span in enumerate(spans):
        text = visible(span.text)
        if span.kind is not Kind.SAME:
            head, tail = MARKS[span.kind]
            shown = text if full or len(text) <= LONG else text[: LONG - 1] + "…"
            line.append(f"{head}{shown}{tail}", STYLES[span.kind])
            continue
        first, last = number == 0, number == len(spans) - 1
        if full or (len(text) <= 2 * AROUND and not first and not last):
            line.append(text if full else text.replace("\n", " "), STYLES[Kind.SAME])
            continue
        if not first:
            line.append(text[:AROUND].replace("\n", " ") + "…", STYLES[Kind.SAME])
            yield line
            line = Text("  ")
        if not last:
            line.append("…" + text[-AROUND:].replace("\n", " "), STYLES[Kind.SAME])
    if line.plain.strip():
        yield line
