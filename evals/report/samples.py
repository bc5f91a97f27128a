"""A study's samples as a report reads them: in batches, one at a time, booked by system."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from cropsmith.evals.measures import Values
from cropsmith.evals.metrics.votes import Share
from cropsmith.evals.statistics.clusters import Floats
from cropsmith.evals.study.plan import Arm, Part, Plan, Planned
from cropsmith.evals.study.store import Sample
from cropsmith.evals.trial import SampleStatus
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

BATCH = 400
"""Samples read at once: fewer than SQLite's least limit of variables."""


@dataclass
class Booked:
    """One figure of a system, by photo: what is kept does not grow with seeds, texts or pairs."""

    sums: Floats
    """Shape (P,): of value times weight."""
    weights: Floats
    answered: float = 0.0
    """Sum over answered samples alone."""
    answered_weight: float = 0.0

    @property
    def answered_mean(self) -> float:
        """The figure over answered samples alone."""
        return self.answered / self.answered_weight if self.answered_weight else float("nan")


@dataclass
class Gathered:
    """A system's samples, added up as they are read."""

    arm: Arm
    places: Mapping[str, int]
    """Cluster -> its place among the photos."""
    figures: dict[str, Booked] = field(default_factory=dict)
    statuses: dict[SampleStatus, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    cost: float | None = 0.0
    calls: int = 0
    tokens: int = 0
    own: int = 0
    proposed: int = 0
    seeds: dict[int, list[float]] = field(default_factory=dict)
    """Seed -> sum and weight of the first figure."""
    conventions: dict[str, None] = field(default_factory=dict)

    def add(self, photo: str, sample: Sample, values: Values, seed: int, primary: str) -> None:
        """Book one sample."""
        answer = sample.answer
        self.conventions.update(dict.fromkeys(answer.conventions))
        if (share := values.get(primary)) is not None:
            total = self.seeds.setdefault(seed, [0.0, 0.0])
            total[0] += share.value * share.count
            total[1] += share.count
        ok = answer.status is SampleStatus.OK
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        for key, share in values.items():
            self.book(photo, key, share, answered=ok)
        if ok:
            self.seconds.append(sample.seconds)
        self.cost = None if None in (self.cost, answer.cost) else self.cost + answer.cost  # type: ignore[operator]
        self.calls += answer.calls
        self.tokens += answer.prompt_tokens + answer.completion_tokens
        if answer.proposed_by:
            self.proposed += 1
            self.own += self.arm.spec is not None and answer.proposed_by == self.arm.spec.model

    def book(self, photo: str, key: str, share: Share, *, answered: bool) -> None:
        """Book one value of a photo."""
        if (booked := self.figures.get(key)) is None:
            count = len(self.places)
            booked = self.figures[key] = Booked(np.zeros(count), np.zeros(count))
        place, total = self.places[photo], share.value * share.count
        booked.sums[place] += total
        booked.weights[place] += share.count
        if answered:
            booked.answered += total
            booked.answered_weight += share.count


def cluster_of(photo: LabelledPhoto) -> str:
    """Return what is resampled: the photo's file, however many texts it has."""
    return photo.path or photo.name


def finished(plan: Plan, part: Part) -> Iterator[tuple[Planned, Sample | None]]:
    """Yield the planned samples of a part with their outcomes, None where there is none yet."""
    yield from fetched(plan, plan.samples(part))


def fetched(plan: Plan, wanted: Iterable[Planned]) -> Iterator[tuple[Planned, Sample | None]]:
    """Yield samples with their outcomes, read from the store in batches, held one at a time."""
    source = iter(wanted)
    while batch := list(islice(source, BATCH)):
        found = plan.store.samples([planned.key for planned in batch])
        for planned in batch:
            yield planned, found.get(planned.key)
