"""A study's report as Markdown."""

from collections.abc import Iterator, Sequence

from cropsmith.evals.measure import Measure
from cropsmith.evals.report.published import published_for
from cropsmith.evals.report.results import Row, Table
from cropsmith.evals.report.summary import summary
from cropsmith.evals.report.verdict import between, floor_title, verdict
from cropsmith.evals.report.words import (
    cell_text,
    difference,
    dollars,
    effect_size,
    marked,
    number,
    p_value,
    seconds,
    title_of,
)
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.study.provenance import versions
from cropsmith.evals.trial import SampleStatus

NOTES = (
    "Intervals: 95 %, bootstrap over photos (1,000 draws). A failed sample is a miss; both "
    "denominators are given where samples failed. Paired tests: sign flips over photos, "
    "each system with the best one and with the baseline, Holm-corrected. † a part of it was "
    "fitted to these photos, ‡ samples missing: neither is ranked."
)


def markdown(plan: Plan, tables: Sequence[Table]) -> str:
    """Return the whole report."""
    return "\n".join(_lines(plan, tables)).rstrip() + "\n"


def _lines(plan: Plan, tables: Sequence[Table]) -> Iterator[str]:
    yield f"# {_safe(plan.study.name)}"
    yield ""
    yield _safe(" ".join(summary(tables)))
    yield ""
    yield NOTES
    yield ""
    for table in tables:
        yield from table_lines(table)
    yield from _provenance(plan, tables)


def table_lines(table: Table) -> Iterator[str]:
    """Yield one table with what may be said of it."""
    mode = table.part.protocol.mode
    yield f"## {_safe(table.part.title)}"
    yield ""
    yield f"{table.photos:,} photos, mode *{mode}*."
    yield ""
    for sentence in verdict(table):
        yield f"- {_safe(sentence)}"
    yield ""
    yield from _grid(
        ["system", *(title_of(m) for m in table.measures), "n", "seconds", "cost"],
        [_row(row, table.measures) for row in table.rows],
    )
    yield ""
    yield from _differences(table)
    yield from _failures(table)
    yield from _stability(table)
    yield from _seeds(table)
    if known := published_for(table.part.dataset.format, table.part.protocol):
        yield "Published, by their own protocols (not comparable line by line):"
        yield ""
        rows = [[p.holder, p.measure, p.value, p.protocol] for p in known]
        yield from _grid(["method", "figure", "value", "protocol"], rows)
        yield ""


def _row(row: Row, measures: Sequence[Measure]) -> list[str]:
    figures = [cell_text(row.cells.get(m.key), m) for m in measures]
    count = f"{row.samples:,}" if row.complete else f"{row.samples:,} of {row.expected:,}"
    return [marked(row), *figures, count, seconds(row.seconds), dollars(row.cost)]


def _differences(table: Table) -> Iterator[str]:
    floor, primary = table.floor, table.primary
    others = [row for row in table.ranked if floor and row.name != floor.name]
    if floor is None or primary is None or not others:
        return
    yield f"Paired difference in {primary.title} to {floor_title(table)}:"
    yield ""
    rows = []
    for row in others:
        found = between(table, row.name, floor.name)
        if found is None:
            continue
        sign = 1 if found.first == row.name else -1
        ends = sorted((sign * found.difference.low, sign * found.difference.high))
        rows.append(
            [
                row.name,
                difference(sign * found.difference.value, primary),
                f"{difference(ends[0], primary)} to {difference(ends[1], primary)}",
                p_value(found.p),
                p_value(found.p_holm),
                "–" if found.p_wilcoxon is None else p_value(found.p_wilcoxon),
                effect_size(sign * found.effect),
                f"{found.wins if sign > 0 else found.losses} / {found.ties} / "
                f"{found.losses if sign > 0 else found.wins}",
                "–" if found.more_photos is None else f"{found.more_photos:,}",
            ]
        )
    heads = ["system", "difference", "95 %", "p", "p (Holm)", "p (Wilcoxon)", "effect d_z",
             "higher / equal / lower", "photos more for 80 % power"]  # fmt: skip
    yield from _grid(heads, rows)
    yield ""


def _failures(table: Table) -> Iterator[str]:
    failing = [row for row in table.rows if row.failures]
    if not failing:
        return
    kinds = [s for s in SampleStatus if any(row.statuses.get(s) for row in failing)]
    primary = table.primary
    yield "Failures, by status; the last column leaves them out:"
    yield ""
    rows = []
    for row in failing:
        counts = [str(row.statuses.get(kind, 0)) for kind in kinds]
        cell = row.cells.get(primary.key) if primary else None
        alone = "–" if cell is None or primary is None else number(cell.answered, primary)
        rows.append([row.name, *counts, alone])
    title = f"{primary.title}, answered only" if primary else "answered only"
    yield from _grid(["system", *(k.value for k in kinds), title], rows)
    yield ""


def _stability(table: Table) -> Iterator[str]:
    if table.stability is None or len(table.stability.standings) < 2:
        return
    yield (
        f"Rank over {1000:,} resamplings of the photos (mean Kendall tau with this order "
        f"{table.stability.kendall:.2f}):"
    )
    yield ""
    rows = [
        [s.name, str(s.rank), f"{s.low}–{s.high}", f"{100 * s.first_share:.0f} %"]
        for s in sorted(table.stability.standings, key=lambda s: s.rank)
    ]
    yield from _grid(["system", "rank", "95 %", "first"], rows)
    yield ""


def _seeds(table: Table) -> Iterator[str]:
    rows = [row for row in table.rows if row.spread is not None]
    if not rows or table.primary is None:
        return
    primary = table.primary
    yield f"{primary.title} of each seed, and their standard deviation:"
    yield ""
    yield from _grid(
        ["system", "seeds", "deviation"],
        [
            [row.name, ", ".join(number(v, primary) for v in row.seeds),
             number(row.spread or 0.0, primary)]
            for row in rows
        ],
    )  # fmt: skip
    yield ""


def _provenance(plan: Plan, tables: Sequence[Table]) -> Iterator[str]:
    yield "## To repeat it"
    yield ""
    yield f"- Study file sha256 `{plan.study.sha256[:16]}`, seeds {list(plan.study.seeds)}"
    for table in tables:
        part = table.part
        yield (
            f"- {_safe(part.title)}: format {part.dataset.format}, labels sha256 "
            f"`{part.dataset.fingerprint[:16]}`"
        )
        for problem in part.dataset.problems:
            yield f"  - {problem.count} x {_safe(problem.kind)}: {problem.effect}"
    yield f"- {', '.join(f'{name} {known}' for name, known in versions().items())}"
    spending = plan.store.spending()
    yield (
        f"- {spending.calls:,} model calls, {dollars(spending.cost)}"
        + (f", price unknown for {spending.unknown:,}" if spending.unknown else "")
        + (f", {spending.broken_off:,} broken off by a kill" if spending.broken_off else "")
    )
    yield ""
    yield "Conventions:"
    yield ""
    named: dict[str, str] = {}
    for table in tables:
        named |= {m.title: m.convention for m in table.measures if m.convention}
    for title, convention in named.items():
        yield f"- **{title}**: {convention}"


def _grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(_safe(head) for head in heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_safe(text) for text in row) + " |"


def _safe(text: str) -> str:
    """Return text that is neither a table's border nor markup: names come from study files."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "\\|`*_":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
