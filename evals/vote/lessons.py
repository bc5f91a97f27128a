"""What choices teach: whom figures agree with, when to keep, how sure to be, whom to follow.

Each choice is joined with the samples that it was between. Only decided choices count; of several
people in one pair each counts.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.evals.columns import NO_MERIT
from cropsmith.evals.measure import Measure
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.report.results import measures_of
from cropsmith.evals.report.samples import finished
from cropsmith.evals.statistics.duels import Duel
from cropsmith.evals.study.plan import Part, Plan
from cropsmith.evals.trial import Answer, SampleStatus
from cropsmith.evals.vote.ballots import ORIGINAL
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

BINS = ((0.0, 0.5), (0.5, 0.8), (0.8, 1.01))
"""Confidence from and below."""


@dataclass(frozen=True)
class Choice:
    """A decided choice with the answers that it was between."""

    part: Part
    photo: LabelledPhoto
    chosen: Answer
    other: Answer
    chosen_by: str
    other_by: str


@dataclass(frozen=True)
class Agreed:
    """How often a figure, or a system's own word, goes with what people chose."""

    table: str
    name: str
    share: float
    """Ties count half."""
    choices: int


def choices_of(plan: Plan, duels: Sequence[Duel]) -> list[Choice]:
    """Join decided choices with the samples of their first seed; those that are gone are left."""
    wanted = defaultdict(list)
    for duel in duels:
        if duel.winner:
            wanted[duel.photo].append(duel)
    found = []
    whole = Answer(status=SampleStatus.OK, box=Box.whole(), kept=True)
    for part in plan.parts:
        answers: dict[str, dict[str, Answer]] = defaultdict(dict)
        for planned, sample in finished(plan, part):
            name = f"{part.title}: {planned.photo.name}"
            if name in wanted and sample and planned.trial.seed == plan.study.seeds[0]:
                answers[name][planned.arm.name] = sample.answer
        for photo in part.photos:
            name = f"{part.title}: {photo.name}"
            by = {ORIGINAL: whole, **answers[name]}
            for duel in wanted[name]:
                loser = duel.second if duel.winner == duel.first else duel.first
                if duel.winner in by and loser in by:
                    pair = by[duel.winner], by[loser]
                    found.append(Choice(part, photo, *pair, duel.winner, loser))
    return found


def figures_agree(plan: Plan, choices: Sequence[Choice]) -> list[Agreed]:
    """Return how often each figure of each table is better for the crop that people chose."""
    found = []
    for part in plan.parts:
        mine = [choice for choice in choices if choice.part is part]
        kind = label_kind(part.photos, part.protocol)
        values = [
            tuple(
                values_of(choice.photo, part.protocol, answer, kind)
                for answer in (choice.chosen, choice.other)
            )
            for choice in mine
        ]
        for measure in measures_of(plan, part):
            if measure.key in NO_MERIT:
                continue
            both = [
                (a[measure.key].value, b[measure.key].value)
                for a, b in values
                if measure.key in a and measure.key in b
            ]
            if both:
                share = sum(_right(measure, *pair) for pair in both) / len(both)
                found.append(Agreed(part.title, measure.title, share, len(both)))
    return sorted(found, key=lambda one: (one.table, -one.share))


def _right(measure: Measure, chosen: float, other: float) -> float:
    if chosen == other:
        return 0.5
    return float((chosen > other) is measure.higher_is_better)


def kept_rather(choices: Sequence[Choice]) -> list[Agreed]:
    """Return how often people chose the whole photo over each system's crop of it."""
    met: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for choice in choices:
        names = {choice.chosen_by, choice.other_by}
        if ORIGINAL in names:
            (system,) = names - {ORIGINAL}
            met[choice.part.title, system].append(choice.chosen_by == ORIGINAL)
    return [Agreed(*key, sum(won) / len(won), len(won)) for key, won in met.items()]


def sure_and_right(choices: Sequence[Choice]) -> list[Agreed]:
    """Return how often a crop was chosen, by how sure its system said it was."""
    told: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for choice in choices:
        for answer, won in ((choice.chosen, True), (choice.other, False)):
            if answer.confidence is not None:
                low, high = next(b for b in BINS if b[0] <= answer.confidence < b[1])
                told[choice.part.title, f"sure from {low:g} to {min(high, 1):g}"].append(won)
    return [Agreed(*key, sum(won) / len(won), len(won)) for key, won in sorted(told.items())]


def preferences(choices: Sequence[Choice]) -> Iterator[dict[str, Any]]:
    """Yield one row a choice for direct preference optimisation: what was asked, chosen, rejected.

    Boxes are shares of the upright photo; a trainer writes them in its own model's convention.
    """
    for choice in choices:
        trial = choice.photo
        yield {
            "table": choice.part.title,
            "protocol": choice.part.protocol.value,
            "photo": trial.name,
            "size": [trial.size.width, trial.size.height] if trial.size else None,
            "text": trial.text,
            "chosen": _told(choice.chosen, choice.chosen_by),
            "rejected": _told(choice.other, choice.other_by),
        }


def _told(answer: Answer, system: str) -> dict[str, Any]:
    return {
        "system": system,
        "box": list(answer.box.corners) if answer.box else None,
        "reasons": list(answer.reasons),
        "confidence": answer.confidence,
    }


def write_preferences(choices: Sequence[Choice], path: Path) -> int:
    """Write the rows as JSON lines; return how many."""
    lines = [json.dumps(row, ensure_ascii=False) for row in preferences(choices)]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return len(lines)
