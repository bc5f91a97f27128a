"""What a study says, in three sentences: who wins, who beats having no idea, what is worth it."""

from collections.abc import Sequence

from cropsmith.evals.report.pareto import front, priced, timed
from cropsmith.evals.report.results import Row, Table
from cropsmith.evals.report.verdict import beats, listed
from cropsmith.evals.report.words import dollars, seconds


def summary(tables: Sequence[Table]) -> list[str]:
    """Return the three sentences; one, where nothing can be ranked yet."""
    ranked = [table for table in tables if table.primary is not None and table.ranked]
    if not ranked:
        return ["Nothing can be ranked yet: no system has been run on all photos of a table."]
    return [_winners(ranked), _skill(ranked), _worth(ranked[0])]


def _winners(tables: Sequence[Table]) -> str:
    won: dict[str, list[str]] = {}
    open_ = []
    for table in tables:
        best, *others = table.ranked
        if others and all(beats(table, best, other) for other in others):
            won.setdefault(best.name, []).append(_quoted(table))
        else:
            open_.append(_quoted(table))
    parts = [f"{name} is best in {listed(titles)}" for name, titles in won.items()]
    if len(open_) > 2 and not won:
        parts.append(f"in none of the {len(open_)} tables can a winner be named")
    elif open_:
        parts.append(f"in {listed(open_)} no winner can be named")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _quoted(table: Table) -> str:
    return f"“{table.part.title}”"


def _skill(tables: Sequence[Table]) -> str:
    names = list(dict.fromkeys(r.name for t in tables for r in t.ranked if r.kind != "trivial"))
    if not names:
        return "Only rows that look at nothing were run to the end, so there is no skill to see."
    if any(table.floor is None for table in tables):
        return "A table has no baseline, so skill cannot be told from chance."
    always: list[str] = []
    sometimes: list[str] = []
    never: list[str] = []
    for name in names:
        shown = [(table, row) for table in tables for row in table.ranked if row.name == name]
        count = sum(_above(table, row) for table, row in shown)
        (always if count == len(shown) else sometimes if count else never).append(name)
    parts = [f"better than it wherever they were run: {listed(always)}"] if always else []
    parts += [f"better than it in some tables only: {listed(sometimes)}"] if sometimes else []
    parts += [f"not shown to be better than it: {listed(never)}"] if never else []
    return f"Beside the baseline: {'; '.join(parts)}."


def _above(table: Table, row: Row) -> bool:
    return table.floor is not None and (row is table.floor or beats(table, row, table.floor))


def _worth(table: Table) -> str:
    points = priced(table)
    if any(price for price, _ in points.values()):
        told = [f"{name} ({dollars(1000 * points[name][0])})" for name in front(points)]
        return (
            f"In {_quoted(table)} nothing as good is cheaper than {listed(told)}, "
            "in US dollars per 1,000 photos."
        )
    points = timed(table)
    told = [f"{name} ({seconds(points[name][0])})" for name in front(points)]
    return f"In {_quoted(table)} nothing as good is faster than {listed(told)} a photo."
