"""A study's report as one HTML file that needs nothing else, on a screen or on paper."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from cropsmith.errors import MissingExtra
from cropsmith.evals.report import words
from cropsmith.evals.report.citation import citation
from cropsmith.evals.report.figures import ablations, cost_figure, latency_figure
from cropsmith.evals.report.published import published_for
from cropsmith.evals.report.results import Row, Table
from cropsmith.evals.report.summary import summary
from cropsmith.evals.report.verdict import between, floor_title, verdict
from cropsmith.evals.report.viewer import BYTES, Look, of_part, view_of, viewable
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.provenance import facts_of_run
from cropsmith.evals.trial import SampleStatus


def page(plan: Plan, tables: Sequence[Table], look: Look) -> str:
    """Return the page."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise MissingExtra("The HTML report", "eval") from error
    environment = Environment(
        loader=PackageLoader("cropsmith.evals.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shown = [table for table in tables if viewable(table)]
    share = BYTES // max(1, len(shown))
    own = files("cropsmith.evals.report") / "page"
    return environment.get_template("report.html").render(
        study=plan.study,
        summary=summary(tables),
        parts=[
            _part(plan, table, view_of(plan, table, look, share))
            if viewable(table)
            else _part(plan, table, None)
            for table in tables
        ],
        facts=facts_of_run(plan),
        cite=citation(plan, tables),
        runs=plan.store.runs(),
        spending=plan.store.spending(),
        dollars=words.dollars,
        style=(own / "report.css").read_text("utf-8"),
        script=(own / "report.js").read_text("utf-8"),
    )


def _part(plan: Plan, table: Table, view: Any) -> dict[str, Any]:
    """Return everything the template says about one table."""
    failing = [row for row in table.rows if row.failures]
    kinds = [s for s in SampleStatus if any(row.statuses.get(s) for row in failing)]
    return {
        "id": of_part(table.part),
        "title": table.part.title,
        "mode": table.part.protocol.mode.value,
        "photos": table.photos,
        "verdict": verdict(table),
        "heads": [words.title_of(m) for m in table.measures],
        "first": 1 if table.primary else 0,
        "conventions": [(m.title, m.convention) for m in table.measures if m.convention],
        "rows": [_row(table, row) for row in table.rows],
        "differences": _differences(table),
        "primary": table.primary.title if table.primary else "",
        "floor": floor_title(table),
        "failing": [
            {
                "name": row.name,
                "counts": [row.statuses.get(kind, 0) for kind in kinds],
                "answered": _answered(table, row),
            }
            for row in failing
        ],
        "kinds": [kind.value for kind in kinds],
        "stability": table.stability,
        "seeds": [
            {
                "name": row.name,
                "values": [words.number(value, table.primary) for value in row.seeds],
                "spread": words.number(row.spread, table.primary),
            }
            for row in table.rows
            if row.spread is not None and table.primary
        ],
        "cost": cost_figure(table),
        "latency": latency_figure(table),
        "ablations": ablations(table, plan.study.systems),
        "published": published_for(table.part.dataset.format, table.part.protocol),
        "problems": table.part.dataset.problems,
        "view": view,
    }


def _row(table: Table, row: Row) -> dict[str, Any]:
    cells = []
    for measure in table.measures:
        cell = row.cells.get(measure.key)
        cells.append(
            {
                "value": words.number(cell.interval.value, measure) if cell else "–",
                "spread": words.spread(cell.interval, measure) if cell else "",
                "sort": cell.interval.value if cell else "",
            }
        )
    conventions = "" if row.own is None else f"{100 * row.own:.0f} %"
    return {
        "name": words.marked(row),
        "kind": row.kind,
        "cells": cells,
        "count": f"{row.samples:,}" if row.complete else f"{row.samples:,} of {row.expected:,}",
        "failures": words.status_text(row),
        "seconds": words.seconds(row.seconds),
        "cost": words.dollars(row.cost),
        "tokens": f"{row.tokens:,}" if row.tokens else "–",
        "own": conventions,
    }


def _answered(table: Table, row: Row) -> str:
    cell = row.cells.get(table.primary.key) if table.primary else None
    if cell is None or table.primary is None:
        return "–"
    return words.number(cell.answered, table.primary)


def _differences(table: Table) -> list[dict[str, Any]]:
    """Return the paired differences to the strongest trivial row, as the template prints them."""
    floor, primary = table.floor, table.primary
    found = []
    for row in table.ranked:
        comparison = between(table, row.name, floor.name) if floor else None
        if comparison is None or primary is None:
            continue
        sign = 1 if comparison.first == row.name else -1
        low, high = sorted((sign * comparison.difference.low, sign * comparison.difference.high))
        found.append(
            {
                "name": row.name,
                "value": words.difference(sign * comparison.difference.value, primary),
                "spread": f"{words.difference(low, primary)} to {words.difference(high, primary)}",
                "p": words.p_value(comparison.p),
                "holm": words.p_value(comparison.p_holm),
                "wilcoxon": "–"
                if comparison.p_wilcoxon is None
                else words.p_value(comparison.p_wilcoxon),
                "effect": words.effect_size(sign * comparison.effect),
                "photos": "–" if comparison.more_photos is None else f"{comparison.more_photos:,}",
                "significant": comparison.significant,
            }
        )
    return found
