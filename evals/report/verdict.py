"""What a table allows to be said, in sentences. No winner is named without evidence."""

from collections.abc import Sequence

from cropsmith.evals.report.results import Row, Table
from cropsmith.evals.statistics.paired import Comparison


def between(table: Table, better: str, other: str) -> Comparison | None:
    """Return the comparison of two systems, whichever comes first in it."""
    for comparison in table.comparisons:
        if {comparison.first, comparison.second} == {better, other}:
            return comparison
    return None


def beats(table: Table, better: Row, other: Row) -> bool:
    """Tell whether one system is better than another beyond chance, all comparisons corrected."""
    found, primary = between(table, better.name, other.name), table.primary
    if found is None or primary is None or not found.significant:
        return False
    higher = found.difference.value if found.first == better.name else -found.difference.value
    return higher > 0 if primary.higher_is_better else higher < 0


def floor_title(table: Table) -> str:
    """Return what the others are compared with, in words; "" where there is nothing."""
    if table.floor is None:
        return ""
    chosen = table.floor.name == table.baseline
    return f"{'the chosen row' if chosen else 'the strongest trivial row'} ({table.floor.name})"


def verdict(table: Table) -> list[str]:
    """Return what can be said of a table."""
    primary, ranked = table.primary, table.ranked
    if primary is None:
        return ["These photos have no crops by people, so nothing is ranked."]
    if not ranked:
        return ["No system has been run on all photos yet, so nothing is ranked."]
    lines = [_winner(table, ranked), *_against_trivial(table, ranked)]
    if unfinished := [row.name for row in table.rows if not row.complete]:
        lines.append(f"Not ranked, since samples are missing: {listed(unfinished)}.")
    if fitted := [row.name for row in table.rows if row.in_sample]:
        lines.append(
            f"Not ranked, since too favourable: a part of {listed(fitted)} was fitted to these "
            "very photos."
        )
    return [*lines, *([table.note] if table.note else [])]


def _winner(table: Table, ranked: Sequence[Row]) -> str:
    best, primary = ranked[0], table.primary
    assert primary is not None
    if len(ranked) == 1:
        return f"{best.name} is alone in this table: there is nothing to compare it with."
    tied = [row for row in ranked[1:] if not beats(table, best, row)]
    if not tied:
        return (
            f"{best.name} is best by {primary.title}: better than each of the other "
            f"{len(ranked) - 1} (paired by photo, Holm-corrected p < .05)."
        )
    text = (
        f"No winner by {primary.title}: {listed([best.name, *(r.name for r in tied)])} cannot be "
        "told apart on these photos."
    )
    nearest = between(table, best.name, tied[0].name)
    if nearest is None or nearest.more_photos is None:
        return text
    if nearest.more_photos == 0:
        # Enough for this pair alone; the correction for many pairs asks for more.
        return f"{text} Comparing fewer systems, or more photos, may."
    return (
        f"{text} If the difference between {best.name} and {tied[0].name} is as large as it looks, "
        f"about {nearest.more_photos:,} more photos would show it."
    )


def _against_trivial(table: Table, ranked: Sequence[Row]) -> list[str]:
    floor = table.floor
    if floor is None:
        return ["There is no trivial baseline in this table, so skill cannot be told from chance."]
    systems = [row for row in ranked if row.kind != "trivial" and row is not floor]
    above = [row.name for row in systems if beats(table, row, floor)]
    below = [row.name for row in systems if beats(table, floor, row)]
    level = [row.name for row in systems if row.name not in above + below]
    lines = []
    if above:
        lines.append(f"Better than {floor_title(table)}: {listed(above)}.")
    if level:
        lines.append(f"Not shown to differ from {floor.name}: {listed(level)}.")
    if below:
        lines.append(f"Worse than {floor.name}: {listed(below)}.")
    return lines


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
