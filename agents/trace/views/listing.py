"""Lists of traces and of differences, for the terminal."""

import difflib
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cropsmith.agents.trace.values import TraceHead
from cropsmith.agents.trace.views.diff import Comparison, Difference, Part
from cropsmith.agents.trace.views.story import STATUS_STYLE, price, took, when
from cropsmith.tools.schema.plain_text import one_line, visible

SHOWN_LINES = 6
"""Lines of a prompt's difference that are shown unless all are asked for."""

SHOWN_CANDIDATES = 8


def table(heads: Sequence[TraceHead]) -> RenderableType:
    """Return one line for each trace."""
    columns = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for name in ("id", "begun", "took", "status", "photo", "model", "request"):
        columns.add_column(name, no_wrap=name != "request")
    for head in heads:
        told = head.error or head.request
        columns.add_row(
            Text(head.id, "bold"),
            Text(when(head)),
            Text(took(head.seconds), justify="right"),
            Text(head.status.value, STATUS_STYLE[head.status]),
            Text(one_line(head.source, 32)),
            Text(one_line(" ".join(filter(None, (head.model, price(head.cost)))), 36)),
            Text(one_line(told, 60), "red" if head.error else ""),
        )
    return columns


def differences(compared: Comparison, *, full: bool = False) -> RenderableType:
    """Return where two traces parted, and every difference."""
    if compared.same:
        return Text("The two traces tell the same: same steps, replies, boxes and scores.")
    lines: list[Text] = []
    if compared.parted:
        lines.append(Text.assemble("They parted in ", (compared.parted, "bold"), "."))
    for part in Part:
        group = [d for d in compared.differences if d.part is part]
        shown = group if full or part is not Part.CANDIDATE else group[:SHOWN_CANDIDATES]
        for difference in shown:
            lines += _difference(difference, full)
        if len(group) > len(shown):
            lines.append(Text(f"… and {len(group) - len(shown)} more candidates differ.", "dim"))
    return Group(*lines)


def _difference(found: Difference, full: bool) -> Iterator[Text]:
    overlap = "" if found.iou is None else f"  overlap {found.iou:.3f}"
    yield Text.assemble((found.part.value, "bold"), f"  {visible(found.place)}{overlap}")
    if found.part is Part.PROMPT:
        changed = _changed_lines(found)
        shown = changed if full else changed[:SHOWN_LINES]
        yield from shown
        if len(changed) > len(shown):
            yield Text(f"  … {len(changed) - len(shown)} more lines; --full shows them", "dim")
        return
    for sign, text, style in (("-", found.before, "red"), ("+", found.after, "green")):
        if text:
            yield Text(f"  {sign} {visible(text) if full else one_line(text, 150)}", style)


def _changed_lines(found: Difference) -> list[Text]:
    rows = difflib.unified_diff(
        visible(found.before).splitlines(), visible(found.after).splitlines(), lineterm="", n=0
    )
    styles = {"-": "red", "+": "green"}
    return [
        Text(f"  {row}", styles[row[0]])
        for row in rows
        if row[0] in styles and not row.startswith(("---", "+++"))
    ]
