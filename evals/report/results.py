"""The figures of a study: one table for each dataset and protocol, never two modes in one."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cropsmith.evals.measure import Measure
from cropsmith.evals.measures import (
    LabelKind,
    Values,
    label_kind,
    measures_for,
    values_of,
)
from cropsmith.evals.metrics.ratings import concordance
from cropsmith.evals.metrics.votes import Share
from cropsmith.evals.statistics.clusters import Clustered, Floats, draws
from cropsmith.evals.statistics.intervals import Interval, bootstrap
from cropsmith.evals.statistics.paired import Comparison, compare_all
from cropsmith.evals.statistics.stability import Stability, stability
from cropsmith.evals.study.faces import faces_of
from cropsmith.evals.study.plan import Arm, Part, Plan, Planned
from cropsmith.evals.study.store import Sample
from cropsmith.evals.trial import Protocol, SampleStatus
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

TRAINED_ON = {"builtin": frozenset({("fcdb", "train"), ("fcdb", "")})}
"""Models whose weights were fitted to photos of a dataset's part: those figures are in-sample."""


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
    """Whether its weights were fitted to these very photos."""

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
    """Every pair of ranked systems, corrected together."""
    stability: Stability | None
    photos: int

    @property
    def primary(self) -> Measure | None:
        """The figure that ranks; None when there is nothing to compare with."""
        return next((m for m in self.measures if m.primary), None)

    @property
    def ranked(self) -> tuple[Row, ...]:
        """The systems that may be ranked, best first: complete, and not fitted to these photos."""
        return tuple(row for row in self.rows if row.eligible)


@dataclass
class _Gathered:
    """A system's samples as they are read."""

    arm: Arm
    photos: dict[str, list[str]] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)
    answered: dict[str, list[float]] = field(default_factory=dict)
    statuses: dict[SampleStatus, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    cost: float | None = 0.0
    calls: int = 0
    tokens: int = 0
    own: int = 0
    proposed: int = 0

    def add(self, photo: str, sample: Sample, values: Values) -> None:
        """Book one sample."""
        answer = sample.answer
        ok = answer.status is SampleStatus.OK
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        for key, share in values.items():
            self.photos.setdefault(key, []).append(photo)
            self.values.setdefault(key, []).append(share.value)
            self.weights.setdefault(key, []).append(share.count)
            self.answered.setdefault(key, []).append(float(ok))
        if ok:
            self.seconds.append(sample.seconds)
        self.cost = None if None in (self.cost, answer.cost) else self.cost + answer.cost  # type: ignore[operator]
        self.calls += answer.calls
        self.tokens += answer.prompt_tokens + answer.completion_tokens
        if answer.proposed_by:
            self.proposed += 1
            self.own += self.arm.spec is not None and answer.proposed_by == self.arm.spec.model


def cluster_of(photo: LabelledPhoto) -> str:
    """Return what is resampled: the photo's file, however many texts it has."""
    return photo.path or photo.name


def tables(plan: Plan, *, seed: int = 0) -> list[Table]:
    """Return every table of a study from what its store holds."""
    return [table_of(plan, part, seed) for part in plan.parts]


def table_of(plan: Plan, part: Part, seed: int = 0) -> Table:
    """Return the table of one part."""
    kind = label_kind(part.photos, part.protocol)
    measures = measures_for(part.photos, part.protocol, faces=part.spec.faces)
    gathered = {arm.name: _Gathered(arm) for arm in plan.arms_of[part.index]}
    order = list(dict.fromkeys(cluster_of(p) for p in part.photos))
    ratings: dict[str, dict[str, float]] = {}
    for planned, sample in finished(plan, part):
        into = gathered[planned.arm.name]
        if sample is None:
            continue
        faces = faces_of(plan.store, planned.photo.path) if part.spec.faces else ()
        values = values_of(planned.photo, part.protocol, sample.answer, kind, faces)
        into.add(cluster_of(planned.photo), sample, values)
        if part.protocol is Protocol.RATINGS and sample.answer.scores:
            ratings.setdefault(planned.arm.name, {})[planned.photo.name] = sample.answer.scores[0]
    if part.protocol is Protocol.RATINGS:
        for name, into in gathered.items():
            _add_ratings(into, part, ratings.get(name, {}))
    weights = draws(len(order), 1000, seed)
    # A photo that is not there is missing from a system's figures, too: few are not all.
    expected = len(part.photos) * len(plan.study.seeds)
    rows = [_row(g, measures, order, weights, part, expected) for g in gathered.values()]
    return _ranked(part, measures, rows, gathered, order, weights, kind)


def finished(plan: Plan, part: Part) -> Iterator[tuple[Planned, Sample | None]]:
    """Yield the planned samples of a part with their outcomes, None where there is none yet."""
    for planned in plan.samples(part):
        yield planned, plan.store.sample(planned.key)


def _add_ratings(into: _Gathered, part: Part, scores: dict[str, float]) -> None:
    if not into.statuses:
        return
    people = np.array([photo.crops[0].score or 0.0 for photo in part.photos])
    got = np.array([scores.get(photo.name, np.nan) for photo in part.photos])
    for photo, value in zip(part.photos, concordance(people, got), strict=True):
        if not np.isnan(value):
            share = Share(float(value), 1)
            into.photos.setdefault("rated", []).append(cluster_of(photo))
            into.values.setdefault("rated", []).append(share.value)
            into.weights.setdefault("rated", []).append(share.count)
            into.answered.setdefault("rated", []).append(float(photo.name in scores))


def _row(
    data: _Gathered,
    measures: Sequence[Measure],
    order: list[str],
    weights: Floats,
    part: Part,
    expected: int,
) -> Row:
    cells = {}
    for measure in measures:
        if measure.key not in data.values:
            continue
        clustered = _clustered(data, measure.key, order)
        answered = np.array(data.answered[measure.key]) * data.weights[measure.key]
        total = answered.sum()
        mean = float(np.dot(data.values[measure.key], answered) / total) if total else float("nan")
        cells[measure.key] = Cell(bootstrap(clustered, weights=weights), mean)
    model = data.arm.spec.model if data.arm.spec else ""
    fitted = TRAINED_ON.get(model, frozenset())
    splits = {photo.split for photo in part.photos}
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
        in_sample=any((part.dataset.format, split) in fitted for split in splits),
    )


def _clustered(data: _Gathered, key: str, order: list[str]) -> Clustered:
    return Clustered.gather(data.photos[key], data.values[key], data.weights[key], order)


def _ranked(
    part: Part,
    measures: tuple[Measure, ...],
    rows: list[Row],
    gathered: dict[str, _Gathered],
    order: list[str],
    weights: Floats,
    kind: LabelKind,
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
    return Table(
        part,
        measures,
        tuple(rows),
        tuple(compare_all(whole, weights=weights)),
        stability(whole, weights, higher_is_better=primary.higher_is_better) if whole else None,
        len(part.photos),
    )
