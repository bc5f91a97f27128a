"""What the `cropsmith eval` commands do."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from cropsmith.commands.sharding import reserve_for, states_in
from cropsmith.errors import UsageError
from cropsmith.evals.datasets.registry import Found, format_named, formats, load, search
from cropsmith.evals.report import writing
from cropsmith.evals.report.viewer import Look, Photos
from cropsmith.evals.report.words import dollars, seconds
from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.forecast import Forecast, forecast
from cropsmith.evals.study.plan import offered
from cropsmith.evals.study.rays import Rays
from cropsmith.evals.study.runner import Outcome, Runner
from cropsmith.evals.study.shard import WHOLE, Shard
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
        rows = forecast(plan)
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
    beside = [f"{row.same:,} the same as above"] if row.same else []
    beside += [f"{row.without_photo:,} photos missing"] if row.without_photo else []
    return text + (f"  ({', '.join(beside)})" if beside else "")


def _plan_sum(rows: Sequence[Forecast], spent: float, limit: float | None) -> Iterator[str]:
    left = sum(row.left for row in rows)
    known = sum(row.cost * row.left for row in rows if row.cost is not None)
    unknown = sorted({row.system for row in rows if row.cost is None and row.left})
    yield f"{left:,} samples to run, about {dollars(known)} ({dollars(spent)} spent so far)."
    if unknown:
        kept = "" if limit is None else ", so that no ceiling can be kept and none of them runs"
        yield f"The price is not known for: {', '.join(unknown)}{kept}."
    if unmeasured := sorted({r.system for r in rows if r.seconds is None and r.left}):
        yield (
            "Time is not known before the first samples of: "
            f"{', '.join(unmeasured[:6])}{', ...' if len(unmeasured) > 6 else ''}."
        )
    if limit is not None:
        fits = "within" if spent + known <= limit else "beyond"
        what = "What is known" if unknown else "That"
        yield f"{what} is {fits} the ceiling of {dollars(limit)}."


def run_study(
    study: Path,
    folder: Path,
    again: frozenset[str],
    *,
    quiet: bool,
    shard: Shard = WHOLE,
    purse: Path | None = None,
    on: Literal["here", "ray"] = "here",
) -> int:
    """Run what is missing, of a shard its part; print how it went; return the exit code.

    `purse`: file of the purse that all shards share.
    """
    known = {status.value for status in SampleStatus}
    if unknown := sorted(again - known):
        raise UsageError(f"'{unknown[0]}' is no status.", hint=f"There are {', '.join(known)}.")
    elsewhere = states_in(folder) if shard is not WHOLE else {}
    with opened(study, shard.folder(folder), write=True) as plan:
        for part in plan.parts:
            for problem in part.dataset.problems:
                print(
                    f"{visible_line(part.spec.title)}: {visible_line(str(problem))}",
                    file=sys.stderr,
                )
        total = sum(row.left for row in forecast(plan, again)) // shard.count
        runner = Runner(
            plan,
            again=again,
            progress=None if quiet else _progress(total),
            shard=shard,
            elsewhere=elsewhere,
            reserve=reserve_for(plan, folder, shard, purse),
            away=Rays if on == "ray" else None,
        )
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
    same = f" {outcome.same:,} are the same under another seed or name." if outcome.same else ""
    print(
        f"{outcome.done:,} samples run ({counts or 'none'}), {outcome.skipped:,} were here.{same}"
    )
    for system, why in outcome.broken.items():
        print(f"{visible_line(system)} stopped: {visible_line(why)}", file=sys.stderr)
    for system, tally in outcome.systems.items():
        if tally.failed:
            print(
                f"{visible_line(system)}: {tally.failed:,} of {tally.done:,} samples without an "
                f"answer, the first: {visible_line(tally.first)}",
                file=sys.stderr,
            )
    if outcome.stopped_by_cost:
        names = visible_line(", ".join(sorted(outcome.unpaid)))
        print(
            f"The next call of {names} does not fit under the cost ceiling; raise max_cost and "
            "run again.",
            file=sys.stderr,
        )
    if outcome.not_run:
        print(f"{outcome.not_run:,} samples were not run.", file=sys.stderr)
    silent = any(0 < tally.done == tally.failed for tally in outcome.systems.values())
    return 1 if outcome.broken or outcome.stopped_by_cost or silent else 0


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
