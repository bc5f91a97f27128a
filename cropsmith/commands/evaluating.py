"""What the `cropsmith eval` commands do."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.registry import Found, format_named, formats, load, search
from cropsmith.evals.measures import label_kind, measures_for, values_of
from cropsmith.evals.report import writing
from cropsmith.evals.report.results import finished, tables
from cropsmith.evals.report.viewer import Look, Photos
from cropsmith.evals.report.words import difference, dollars, p_value, seconds
from cropsmith.evals.report.writing import opened
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.paired import Comparison, compare
from cropsmith.evals.study.plan import Forecast, Part, Plan, offered
from cropsmith.evals.study.runner import Outcome, Runner
from cropsmith.evals.trial import SampleStatus
from cropsmith.settings import home
from cropsmith.studio.studies import remember
from cropsmith.tools.schema.plain_text import visible_line


@dataclass(frozen=True)
class Listed:
    """A dataset format, and where it was found."""

    facts: dict[str, Any]
    lines: Sequence[str]


def list_datasets(folders: Sequence[Path], *, check: bool) -> list[Listed]:
    """Return one row per known format; `check` reads what is there."""
    found: dict[str, list[Found]] = {}
    for folder in folders:
        if folder.is_dir():
            for one in search(folder):
                found.setdefault(one.format.name, []).append(one)
    return [_listed(name, found.get(name, []), check) for name in formats()]


def _listed(name: str, found: Sequence[Found], check: bool) -> Listed:
    row = format_named(name)
    size = ", ".join(f"{split} {count:,}" for split, count in row.published.items())
    lines = [f"{name:12} {row.title}: {row.labels}" + (f" ({size})" if size else "")]
    facts: dict[str, Any] = {
        "name": name, "title": row.title, "labels": row.labels, "published": row.published,
        "licence": row.licence, "obtain": row.obtain, "found": [],
    }  # fmt: skip
    for one in found:
        entry: dict[str, Any] = {"path": str(one.root)}
        lines.append(f"{'':12} here: {visible_line(str(one.root))}")
        if check:
            dataset = load(one.root, name)
            present = sum(Path(p.path).is_file() for p in dataset.photos)
            entry |= {
                "records": dataset.splits,
                "photos_present": present,
                "protocols": offered(dataset),
                "problems": [str(problem) for problem in dataset.problems],
                "labels_sha256": dataset.fingerprint,
            }
            counts = ", ".join(f"{split or 'all'} {n:,}" for split, n in dataset.splits.items())
            lines.append(f"{'':14} {counts}; {present:,} photos present")
            lines.append(f"{'':14} protocols: {', '.join(offered(dataset)) or 'none'}")
            lines += [f"{'':14} ! {visible_line(str(problem))}" for problem in dataset.problems]
            lines += _counts(row.published, dataset.splits)
        facts["found"].append(entry)
    if not found:
        lines.append(f"{'':12} not here. {row.obtain}; {row.licence}")
    return Listed(facts, lines)


def _counts(published: dict[str, int], found: dict[str, int]) -> list[str]:
    return [
        f"{'':14} ! {split}: {found[split]:,} records where {count:,} are published"
        for split, count in published.items()
        if split in found and found[split] != count
    ]


def folder_of(study: Path, out: Path | None) -> Path:
    """Return the folder that a study's samples and reports lie in."""
    return out or study.with_suffix(".study")


def show_plan(study: Path, folder: Path) -> Iterator[str]:
    """Yield what a run would do: samples, cost, time, by system."""
    with opened(study, folder, write=True) as plan:
        rows = plan.forecast()
        limit = plan.study.max_cost
        spent = plan.store.spending().cost
    yield f"{'system':32} {'samples':>8} {'here':>8} {'retry':>6} {'cost':>10} {'work':>10}"
    part = ""
    for row in rows:
        if row.part != part:
            part = row.part
            yield visible_line(part)
        yield _plan_line(row)
    yield from _plan_sum(rows, spent, limit)


def _plan_line(row: Forecast) -> str:
    cost = None if row.cost is None else row.cost * row.left
    work = float("nan") if row.seconds is None else row.seconds * row.left
    text = (
        f"  {visible_line(row.system):30} {row.samples:8,} {row.done:8,} {row.retry:6,} "
        f"{dollars(cost):>10} {seconds(work):>10}"
    )
    return text + (f"  ({row.without_photo:,} photos missing)" if row.without_photo else "")


def _plan_sum(rows: Sequence[Forecast], spent: float, limit: float | None) -> Iterator[str]:
    left = sum(row.left for row in rows)
    known = sum(row.cost * row.left for row in rows if row.cost is not None)
    unknown = sorted({row.system for row in rows if row.cost is None and row.left})
    yield f"{left:,} samples to run, about {dollars(known)} ({dollars(spent)} spent so far)."
    if unknown:
        yield f"The price is not known for: {', '.join(unknown)}."
    if unmeasured := sorted({r.system for r in rows if r.seconds is None and r.left}):
        yield (
            "Time is not known before the first samples of: "
            f"{', '.join(unmeasured[:6])}{', ...' if len(unmeasured) > 6 else ''}."
        )
    if limit is not None:
        fits = "within" if spent + known <= limit else "beyond"
        yield f"That is {fits} the ceiling of {dollars(limit)}."


def run_study(study: Path, folder: Path, again: frozenset[str], *, quiet: bool) -> int:
    """Run what is missing; print how it went; return the exit code."""
    known = {status.value for status in SampleStatus}
    if unknown := sorted(again - known):
        raise UsageError(f"'{unknown[0]}' is no status.", hint=f"There are {', '.join(known)}.")
    with opened(study, folder, write=True) as plan:
        for part in plan.parts:
            for problem in part.dataset.problems:
                print(
                    f"{visible_line(part.spec.title)}: {visible_line(str(problem))}",
                    file=sys.stderr,
                )
        total = sum(row.left for row in plan.forecast(again))
        runner = Runner(plan, again=again, progress=None if quiet else _progress(total))
        outcome = runner.run()
    if not quiet:
        print(file=sys.stderr)
    return _told(outcome)


def _progress(total: int) -> Any:
    def show(outcome: Outcome, planned: Any, answer: Any) -> None:
        bad = outcome.done - outcome.by_status.get(SampleStatus.OK, 0)
        text = f"\r{outcome.done:,} of {total:,} samples, {bad:,} without an answer"
        print(text, end="", file=sys.stderr, flush=True)

    return show


def _told(outcome: Outcome) -> int:
    counts = ", ".join(f"{n:,} {s.value}" for s, n in sorted(outcome.by_status.items()))
    print(f"{outcome.done:,} samples run ({counts or 'none'}), {outcome.skipped:,} were here.")
    for system, why in outcome.broken.items():
        print(f"{visible_line(system)} stopped: {visible_line(why)}", file=sys.stderr)
    if outcome.stopped_by_cost:
        print("The cost ceiling was reached; raise max_cost and run again.", file=sys.stderr)
    if outcome.not_run:
        print(f"{outcome.not_run:,} samples were not run.", file=sys.stderr)
    return 1 if outcome.broken or outcome.stopped_by_cost else 0


def write_report(
    study: Path, folder: Path, *, photos: str, traces: str, parquet: bool
) -> list[Path]:
    """Write the report of what a study has; return the paths of its files."""
    if photos not in get_args(Photos):
        choices = ", ".join(get_args(Photos))
        raise UsageError(f"'{photos}' is no way to show photos.", hint=f"There are {choices}.")
    look = Look(beside=folder, photos=photos, traces=traces)  # type: ignore[arg-type]
    with opened(study, folder, write=False) as plan:
        written = writing.write_report(plan, look, parquet=parquet)
    remember(home(), folder)
    return written


def send_spans(study: Path, folder: Path) -> int:
    """Send the finished samples as OpenTelemetry spans; return how many."""
    from cropsmith.evals.report.spans import send

    with opened(study, folder, write=False) as plan:
        return send(plan, tables(plan))


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
    measures = measures_for(part.photos, part.protocol)
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
    extremes = [(both[i], float(gaps[i])) for i in [*order[:5], *order[-5:][::-1]]]
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
    yield f"  sign-flip p {p_value(result.p)}{wilcoxon}, effect d_z {result.effect:+.2f}"
    yield (
        f"  higher on {result.wins:,} photos, equal on {result.ties:,}, lower on {result.losses:,}"
    )
    if not result.significant and result.more_photos:
        yield f"  about {result.more_photos:,} more photos would show a difference of this size"
    for name, gap_here in extremes:
        yield f"    {difference(gap_here, measure):>9}  {visible_line(name)}"
