"""Figures as text, the same in Markdown, HTML and the terminal."""

import math

from cropsmith.evals.measure import Measure
from cropsmith.evals.report.results import Cell, Row
from cropsmith.evals.statistics.intervals import Interval
from cropsmith.evals.trial import SampleStatus


def number(value: float, measure: Measure) -> str:
    """Return a figure as tables print it: .674, or 37.2 for a share in per cent."""
    if math.isnan(value):
        return "–"
    if measure.percent:
        return f"{100 * value:.1f}"
    text = f"{value:.4f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def spread(interval: Interval, measure: Measure) -> str:
    """Return the 95 % interval."""
    return f"{number(interval.low, measure)}–{number(interval.high, measure)}"


def difference(value: float, measure: Measure) -> str:
    """Return a signed difference."""
    return ("+" if value >= 0 else "−") + number(abs(value), measure)


def p_value(p: float) -> str:
    """Return a p value without false precision."""
    return "< .001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def effect_size(effect: float) -> str:
    """Return a standardised difference with its sign; infinite where there is no spread."""
    size = "∞" if math.isinf(effect) else f"{abs(effect):.2f}"
    return f"{'−' if effect < 0 else '+'}{size}"


def cell_text(cell: Cell | None, measure: Measure) -> str:
    """Return figure and interval."""
    if cell is None:
        return "–"
    return f"{number(cell.interval.value, measure)} ({spread(cell.interval, measure)})"


def title_of(measure: Measure) -> str:
    """Return a column's title with its unit and which way is better."""
    from cropsmith.evals.columns import NO_MERIT

    arrow = "" if measure.key in NO_MERIT else " ↑" if measure.higher_is_better else " ↓"
    return f"{measure.title}{' %' if measure.percent else ''}{arrow}"


def seconds(value: float) -> str:
    """Return a time."""
    if math.isnan(value):
        return "–"
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.1f} s"


def dollars(value: float | None) -> str:
    """Return a cost; an unknown price is said to be unknown."""
    if value is None:
        return "unknown"
    return "0" if value == 0 else f"${value:.4f}" if value < 1 else f"${value:,.2f}"


def marked(row: Row) -> str:
    """Return a system's name with its marks."""
    marks = "†" if row.in_sample else ""
    marks += "‡" if not row.complete else ""
    return f"{row.name}{marks}"


def status_text(row: Row) -> str:
    """Return the statuses that are not OK, with their counts."""
    named = {s: n for s, n in row.statuses.items() if s is not SampleStatus.OK and n}
    return ", ".join(f"{count} {status.value}" for status, count in sorted(named.items()))
