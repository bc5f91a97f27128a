"""What `cropsmith eval compare` does: two systems photo by photo."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.report.results import measures_of
from cropsmith.evals.report.samples import finished
from cropsmith.evals.report.words import difference, effect_size, p_value
from cropsmith.evals.report.writing import opened
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.paired import Comparison, compare
from cropsmith.evals.study.plan import Part, Plan
from cropsmith.tools.schema.plain_text import visible_line


@dataclass(frozen=True)
class Compared:
    """Two systems on one table."""

    facts: dict[str, Any]
    lines: Sequence[str]


def compare_two(study: Path, folder: Path, first: str, second: str, measure: str) -> list[Compared]:
    """Compare two systems on every table that has both. UsageError if there is none."""
    with opened(study, folder, write=False) as plan:
        names = {arm.name for arms in plan.arms_of.values() for arm in arms}
        for name in (first, second):
            if name not in names:
                from difflib import get_close_matches

                near = get_close_matches(name, names, n=3)
                hint = f"Did you mean {' or '.join(near)}?" if near else ""
                raise UsageError(f"The study has no system '{name}'.", hint=hint)
        found = [
            one for part in plan.parts if (one := _compare_part(plan, part, first, second, measure))
        ]
    if not found:
        raise UsageError(
            f"{first} and {second} have no finished samples in one table.",
            hint="Figures of generate and of rank mode are never compared.",
        )
    return found


def _compare_part(plan: Plan, part: Part, first: str, second: str, key: str) -> Compared | None:
    measures = measures_of(plan, part)
    chosen = next((m for m in measures if (m.key == key if key else m.primary)), None)
    if chosen is None:
        if key:
            keys = ", ".join(m.key for m in measures)
            raise UsageError(f"{part.title} has no figure '{key}'.", hint=f"It has {keys}.")
        return None
    kind = label_kind(part.photos, part.protocol)
    values: dict[str, dict[str, list[tuple[float, float]]]] = {first: {}, second: {}}
    for planned, sample in finished(plan, part):
        if planned.arm.name in values and sample is not None:
            share = values_of(planned.photo, part.protocol, sample.answer, kind).get(chosen.key)
            if share:
                into = values[planned.arm.name].setdefault(planned.photo.name, [])
                into.append((share.value, share.count))
    both = [name for name in values[first] if name in values[second]]
    if not both:
        return None
    gathered = [
        Clustered.gather(
            [name for name in both for _ in values[system][name]],
            [v for name in both for v, _ in values[system][name]],
            [w for name in both for _, w in values[system][name]],
            both,
        )
        for system in (first, second)
    ]
    result = compare((first, second), *gathered)
    gaps = gathered[0].by_photo - gathered[1].by_photo
    order = sorted(range(len(both)), key=lambda i: gaps[i])
    extremes = [(both[i], float(gaps[i])) for i in dict.fromkeys([*order[:5], *order[:-6:-1]])]
    facts = {"table": part.title, "measure": chosen.key, **asdict(result), "extremes": extremes}
    return Compared(facts, list(_compared_lines(part, chosen, result, extremes)))


def _compared_lines(
    part: Part, measure: Any, result: Comparison, extremes: Sequence[tuple[str, float]]
) -> Iterator[str]:
    yield f"{visible_line(part.title)}: {measure.title}"
    gap = result.difference
    yield (
        f"  {visible_line(result.first)} minus {visible_line(result.second)}: "
        f"{difference(gap.value, measure)} "
        f"(95 % {difference(gap.low, measure)} to {difference(gap.high, measure)}, "
        f"{gap.photos:,} photos)"
    )
    wilcoxon = "" if result.p_wilcoxon is None else f", Wilcoxon p {p_value(result.p_wilcoxon)}"
    yield f"  sign-flip p {p_value(result.p)}{wilcoxon}, effect d_z {effect_size(result.effect)}"
    yield (
        f"  higher on {result.wins:,} photos, equal on {result.ties:,}, lower on {result.losses:,}"
    )
    if not result.significant and result.more_photos:
        yield f"  about {result.more_photos:,} more photos would show a difference of this size"
    for name, gap_here in extremes:
        yield f"    {difference(gap_here, measure):>9}  {visible_line(name)}"
