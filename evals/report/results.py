"""The figures of a study: one table for each dataset and protocol, never two modes in one."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cropsmith.evals.columns import LabelKind
from cropsmith.evals.measure import Measure
from cropsmith.evals.measures import (
    label_kind,
    measures_for,
    values_of,
)
from cropsmith.evals.metrics.ratings import concordance
from cropsmith.evals.metrics.votes import Share
from cropsmith.evals.report.fitted import fitted_to
from cropsmith.evals.report.samples import Gathered, cluster_of, fetched, finished
from cropsmith.evals.statistics.clusters import Clustered, Draws, draws
from cropsmith.evals.statistics.intervals import Interval, bootstrap
from cropsmith.evals.statistics.paired import Comparison, compare_with
from cropsmith.evals.statistics.stability import Stability, stability
from cropsmith.evals.study.faces import NOT_COUNTED, faces_counted, faces_of
from cropsmith.evals.study.plan import Arm, Part, Plan
from cropsmith.evals.study.variants import moved, movement
from cropsmith.evals.trial import Mode, Protocol, SampleStatus


@dataclass(frozen=True)
class Cell:
    """One figure of one system."""

    interval: Interval
    answered: float
    """The same over answered samples alone; differs where samples failed."""


@dataclass(frozen=True)
class Row:
    """One system of a table."""

    name: str
    arm: Arm
    cells: dict[str, Cell]
    statuses: dict[SampleStatus, int]
    expected: int
    """Samples that it would have if all were run and all photos were there."""
    seconds: float
    """Median of the answered samples; wall clock, with whatever ran beside it."""
    cost: float | None
    """US dollars in all; None when a price is not known."""
    calls: int
    tokens: int
    own: float | None
    """Share of answers whose crop the model itself proposed; None for baselines and rankers."""
    in_sample: bool
    """Whether a part of it was fitted to these very photos."""
    seeds: tuple[float, ...] = ()
    """The first figure of each seed, in the study's order; empty where chance has no say."""
    conventions: tuple[str, ...] = ()
    """How its models wrote boxes."""

    @property
    def spread(self) -> float | None:
        """Standard deviation of the first figure over seeds; None with fewer than two."""
        return statistics.stdev(self.seeds) if len(self.seeds) > 1 else None

    @property
    def samples(self) -> int:
        """Samples with an outcome, good or bad."""
        return sum(self.statuses.values())

    @property
    def complete(self) -> bool:
        """Whether every planned sample has an outcome."""
        return self.samples == self.expected > 0

    @property
    def eligible(self) -> bool:
        """Whether it may be ranked and tested."""
        return self.complete and not self.in_sample

    @property
    def failures(self) -> int:
        """Samples without an answer."""
        return self.samples - self.statuses.get(SampleStatus.OK, 0)

    @property
    def kind(self) -> str:
        """ "trivial" (looks at nothing), "common" (a known cropper) or "system"."""
        if self.arm.baseline is None:
            return "system"
        return "trivial" if self.arm.baseline.trivial else "common"


@dataclass(frozen=True)
class Table:
    """One leaderboard."""

    part: Part
    measures: tuple[Measure, ...]
    rows: tuple[Row, ...]
    """Best first by the primary figure; those that may not be ranked last."""
    comparisons: tuple[Comparison, ...]
    """Each ranked system with the best one and with the baseline, corrected together."""
    stability: Stability | None
    photos: int
    baseline: str = ""
    """The row that the study compares with; empty for the strongest that looks at nothing."""
    note: str = ""
    """What was asked for and could not be measured."""

    @property
    def primary(self) -> Measure | None:
        """The figure that ranks; None when there is nothing to compare with."""
        return next((m for m in self.measures if m.primary), None)

    @property
    def ranked(self) -> tuple[Row, ...]:
        """The systems that may be ranked, best first: complete, and not fitted to these photos."""
        return tuple(row for row in self.rows if row.eligible)

    @property
    def floor(self) -> Row | None:
        """The row that others are compared with: the chosen one, else the best trivial one."""
        named = next((row for row in self.ranked if row.name == self.baseline), None)
        return named or next((row for row in self.ranked if row.kind == "trivial"), None)


def tables(plan: Plan, *, seed: int = 0) -> list[Table]:
    """Return every table of a study from what its store holds."""
    return [table_of(plan, part, seed) for part in plan.parts]


def table_of(plan: Plan, part: Part, seed: int = 0) -> Table:
    """Return the table of one part."""
    kind = label_kind(part.photos, part.protocol)
    measures = measures_of(plan, part)
    primary = next((m.key for m in measures if m.primary), "")
    order = tuple(dict.fromkeys(cluster_of(p) for p in part.photos))
    places = {cluster: place for place, cluster in enumerate(order)}
    gathered = {arm.name: Gathered(arm, places) for arm in plan.arms_of[part.index]}
    ratings: dict[str, dict[str, float]] = {}
    for planned, sample in finished(plan, part):
        into = gathered[planned.arm.name]
        if sample is None:
            continue
        faces = faces_of(plan.store, planned.photo.path) if part.spec.faces else ()
        values = values_of(planned.photo, part.protocol, sample.answer, kind, faces)
        into.add(cluster_of(planned.photo), sample, values, planned.trial.seed, primary)
        if part.protocol is Protocol.RATINGS and sample.answer.scores:
            ratings.setdefault(planned.arm.name, {})[planned.photo.name] = sample.answer.scores[0]
    for planned, sample in fetched(plan, plan.disguised(part)):
        original = plan.store.sample(planned.of)
        if planned.guise and sample and original and (crop := original.answer.box):
            far = moved(crop, sample.answer.box, planned.guise)
            gathered[planned.arm.name].book(
                cluster_of(planned.photo), movement(planned.guise).key, Share(far, 1), answered=True
            )
    if part.protocol is Protocol.RATINGS:
        for name, into in gathered.items():
            _add_ratings(into, part, ratings.get(name, {}))
    weights = draws(len(order), 1000, seed)
    # A photo that is not there is missing from a system's figures, too: few are not all.
    expected = len(part.photos) * len(plan.study.seeds)
    rows = [_row(g, measures, order, weights, part, expected) for g in gathered.values()]
    table = _ranked(part, measures, rows, gathered, order, weights, kind, plan.study.baseline)
    if part.spec.faces and not faces_counted(plan, part):
        table = replace(table, note=NOT_COUNTED)
    return table


def measures_of(plan: Plan, part: Part) -> tuple[Measure, ...]:
    """Return the columns of a part's table."""
    faces = faces_counted(plan, part)
    found = measures_for(part.photos, part.protocol, faces=faces, metric=part.spec.metric)
    able = part.protocol.mode is Mode.GENERATE
    return (*found, *(movement(guise) for guise in part.spec.robustness if able))


def _add_ratings(into: Gathered, part: Part, scores: dict[str, float]) -> None:
    if not into.statuses:
        return
    people = np.array([photo.crops[0].score or 0.0 for photo in part.photos])
    got = np.array([scores.get(photo.name, np.nan) for photo in part.photos])
    for photo, value in zip(part.photos, concordance(people, got), strict=True):
        if not np.isnan(value):
            share = Share(float(value), 1)
            into.book(cluster_of(photo), "rated", share, answered=photo.name in scores)


def _row(
    data: Gathered,
    measures: Sequence[Measure],
    order: tuple[str, ...],
    weights: Draws,
    part: Part,
    expected: int,
) -> Row:
    cells = {}
    for measure in measures:
        if (booked := data.figures.get(measure.key)) is not None:
            clustered = Clustered(order, booked.sums, booked.weights)
            interval = bootstrap(clustered, weights=weights)
            cells[measure.key] = Cell(interval, booked.answered_mean)
    return Row(
        name=data.arm.name,
        arm=data.arm,
        cells=cells,
        statuses=data.statuses,
        expected=expected,
        seconds=statistics.median(data.seconds) if data.seconds else float("nan"),
        cost=data.cost,
        calls=data.calls,
        tokens=data.tokens,
        own=data.own / data.proposed if data.proposed and data.arm.spec else None,
        in_sample=data.arm.spec is not None and fitted_to(data.arm.spec, part),
        seeds=tuple(s / w for s, w in data.seeds.values() if w) if data.arm.by_chance else (),
        conventions=tuple(data.conventions),
    )


def _clustered(data: Gathered, key: str, order: tuple[str, ...]) -> Clustered:
    booked = data.figures[key]
    return Clustered(order, booked.sums, booked.weights)


def _ranked(
    part: Part,
    measures: tuple[Measure, ...],
    rows: list[Row],
    gathered: dict[str, Gathered],
    order: tuple[str, ...],
    weights: Draws,
    kind: LabelKind,
    baseline: str,
) -> Table:
    primary = next((m for m in measures if m.primary), None)
    if primary is None or kind is LabelKind.NONE:
        return Table(part, measures, tuple(rows), (), None, len(part.photos))
    sign = -1 if primary.higher_is_better else 1

    def place(row: Row) -> tuple[Any, ...]:
        cell = row.cells.get(primary.key)
        return (not row.eligible, cell is None, sign * cell.interval.value if cell else 0.0)

    rows.sort(key=place)
    whole = {
        row.name: _clustered(gathered[row.name], primary.key, order)
        for row in rows
        if row.eligible and primary.key in row.cells
    }
    higher = primary.higher_is_better
    standing = stability(whole, weights, higher_is_better=higher) if whole else None
    table = Table(part, measures, tuple(rows), (), standing, len(part.photos), baseline)
    hubs = [row.name for row in (*table.ranked[:1], table.floor) if row and row.name in whole]
    return replace(table, comparisons=tuple(compare_with(hubs, whole, weights=weights)))
