"""Lists of traces, for the terminal."""

from collections.abc import Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cropsmith.agents.trace.values import TraceHead
from cropsmith.agents.trace.views.story import STATUS_STYLE, price, took, when
from cropsmith.tools.schema.plain_text import one_line


def table(heads: Sequence[TraceHead]) -> RenderableType:
    """Return one line for each trace."""
    columns = Table(box=None, pad_edge=False, show_edge=False, header_style="dim")
    for name in ("id", "begun", "took", "status", "photo", "model", "request"):
        # An id that is cut is of no use: on a narrow terminal other columns give way.
        columns.add_column(name, no_wrap=name not in ("photo", "model", "request"))
    for head in heads:
        model = f"{head.model} {price(head.cost)}" if head.calls else head.model
        if head.study:
            model += f" in {head.study}"
        told = Text(one_line(head.request, 60))
        if head.error:
            told.append(f"{' ' * bool(told)}{one_line(head.error, 60)}", "red")
        columns.add_row(
            Text(head.id, "bold"),
            Text(when(head)),
            Text(took(head.seconds), justify="right"),
            Text(head.status.value, STATUS_STYLE[head.status]),
            Text(one_line(head.source, 32)),
            Text(one_line(model, 36)),
            told,
        )
    return columns
