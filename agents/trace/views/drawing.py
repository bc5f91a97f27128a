"""The photo of a trace in a terminal, with the crops that were chosen and the nearest others."""

from rich.console import Group, RenderableType
from rich.text import Text

from cropsmith.agents.trace.photo import small_jpeg
from cropsmith.agents.trace.values import Trace
from cropsmith.agents.trace.views.account import account_of
from cropsmith.agents.trace.views.terminal_picture import Outline, cells
from cropsmith.tools.images.image_store import ImageStore

CHOSEN = "#ffb000"
OTHER = "#37c6ff"
SIDE = 320
ROWS = 28


def drawn(trace: Trace, images: ImageStore, *, columns: int) -> RenderableType:
    """Return the picture and its legend."""
    jpeg = small_jpeg(trace, images, SIDE)
    if jpeg is None:
        return Text("The photo is gone, so the crops cannot be drawn.", "dim")
    account = account_of(trace)
    others = sorted(
        (c for c in account.candidates if c.id not in account.chosen and c.total is not None),
        key=lambda c: c.total or 0.0,
    )[-2:]
    outlines = [Outline(candidate.box, OTHER) for candidate in others]
    outlines += [Outline(c.box, CHOSEN) for c in account.candidates if c.id in account.chosen]
    legend = Text.assemble(("▬ chosen  ", CHOSEN), ("▬ next best", OTHER))
    return Group(cells(jpeg, outlines, columns=columns, rows=ROWS), legend)
