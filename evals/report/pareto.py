"""What is worth its price: the systems that nothing as good is cheaper, or faster, than."""

import math
from collections.abc import Mapping

from cropsmith.evals.report.results import Row, Table


def front(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return the names of the Pareto front, cheapest first.

    `points` is name -> (price, quality), of which less and more is better. Of equals all stay.
    """
    ordered = sorted(points, key=lambda name: (points[name][0], -points[name][1]))
    kept: list[str] = []
    best = -math.inf
    for name in ordered:
        price, quality = points[name]
        if quality > best or (kept and points[kept[-1]] == (price, quality)):
            kept.append(name)
            best = quality
    return kept


def quality_of(table: Table, row: Row) -> float | None:
    """Return a row's primary figure, turned so that more is better."""
    if table.primary is None or table.primary.key not in row.cells:
        return None
    value = row.cells[table.primary.key].interval.value
    return value if table.primary.higher_is_better else -value


def priced(table: Table) -> dict[str, tuple[float, float]]:
    """Return name -> (US dollars a photo, quality) of the ranked rows whose price is known."""
    return {
        row.name: (row.cost / row.samples, quality)
        for row in table.ranked
        if row.cost is not None and (quality := quality_of(table, row)) is not None
    }


def timed(table: Table) -> dict[str, tuple[float, float]]:
    """Return name -> (median seconds a photo, quality) of the ranked rows."""
    return {
        row.name: (row.seconds, quality)
        for row in table.ranked
        if not math.isnan(row.seconds) and (quality := quality_of(table, row)) is not None
    }
