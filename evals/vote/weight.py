"""What blind choices say of the weight that a model's own ranking has in the decision.

A choice between a model's own crop and a crop that is none of its own says whether its word should
have prevailed over the preference: with the weight w it does where w times what it has ahead
(`tools/photographer/alignment.py`) makes up for what the preference holds against it.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cropsmith.evals.report.fitted import photographer_knows
from cropsmith.evals.statistics.clusters import Clustered
from cropsmith.evals.statistics.paired import Comparison, compare
from cropsmith.evals.study.plan import Plan
from cropsmith.evals.trial import Answer, Protocol, trial_for
from cropsmith.evals.vote.lessons import Choice
from cropsmith.tools.photographer.alignment import OWN_WEIGHT, UNRANKED
from cropsmith.tools.photographer.opened_photo import Views
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.geometry import as_array

WEIGHTS = np.round(np.linspace(0.0, 1.0, 101), 2)
FOLDS = 5
FEWEST = 30
"""Photos below which nothing is learnt."""


@dataclass(frozen=True)
class Contest:
    """A choice between a model's own crop and another's."""

    photo: str
    ahead: float
    """Preference of the model's crop minus that of the other, in expected IoU."""
    chosen: bool
    """Whether people chose the model's."""


@dataclass(frozen=True)
class Learnt:
    """The weight that the choices ask for."""

    weight: float
    choices: int
    photos: int
    right: float
    """Share of the choices that weights learnt on other photos foretell."""
    right_now: float
    """Share that the weight in use foretells."""
    better: Comparison
    """The one minus the other, by photo."""

    @property
    def holds(self) -> bool:
        """Whether it foretells choices on photos it was not learnt on better than the present."""
        return self.better.difference.low > 0


def contests(plan: Plan, choices: Iterable[Choice]) -> list[Contest]:
    """Return the choices that concern the weight, on photos the preference was not fitted to."""
    models = {spec.name: spec.model for spec in plan.study.arms if spec.asks_a_model}
    views, preference = Views(), Preference.load()
    found = []
    for choice in choices:
        by, other_by = choice.chosen_by, choice.other_by
        own = by in models and _made_by(choice.chosen, models[by])
        own_other = other_by in models and _made_by(choice.other, models[other_by])
        shaped = choice.part.protocol is Protocol.SUBJECT
        if own == own_other or shaped or photographer_knows(choice.part):
            continue
        first, second = choice.chosen.box, choice.other.box
        if first is None or second is None:
            continue
        ratio = trial_for(choice.photo, choice.part.protocol, 0).ratio
        with views.holding(choice.photo.path) as view:
            liked = preference.score(view.sight, as_array((first, second)), ratio)
        ahead = float(liked[0] - liked[1]) * (1 if own else -1)
        found.append(Contest(f"{choice.part.title}: {choice.photo.name}", ahead, own))
    return found


def _made_by(answer: Answer, model: str) -> bool:
    """Tell whether a model proposed the crop itself; a script goes by its file's name alone."""
    provider, _, name = model.partition("/")
    short = f"{provider}/{Path(name).name}" if provider == "scripted" else model
    return answer.proposed_by in (model, short)


def learn(found: Sequence[Contest], present: float = OWN_WEIGHT) -> Learnt | None:
    """Return the weight that foretells most choices, and how it does on photos it has not seen.

    Of weights that foretell as many the nearest to the `present` one. None for too few photos.
    """
    photos = sorted({one.photo for one in found})
    if len(photos) < FEWEST:
        return None
    names = [one.photo for one in found]
    now = [_right(one, present) for one in found]
    fold = {name: int(hashlib.sha256(name.encode()).hexdigest(), 16) % FOLDS for name in photos}
    then = [0.0] * len(found)
    for number in range(FOLDS):
        weight = _best([one for one in found if fold[one.photo] != number], present)
        for index, one in enumerate(found):
            if fold[one.photo] == number:
                then[index] = _right(one, weight)
    both = (Clustered.gather(names, values, order=photos) for values in (then, now))
    return Learnt(
        _best(found, present),
        len(found),
        len(photos),
        float(np.mean(then)),
        float(np.mean(now)),
        compare(("learnt", "present"), *both),
    )


def _best(found: Sequence[Contest], present: float) -> float:
    right = [np.mean([_right(one, weight) for one in found]) for weight in WEIGHTS]
    near = -np.abs(WEIGHTS - present)
    return float(WEIGHTS[max(range(len(WEIGHTS)), key=lambda i: (right[i], near[i]))])


def _right(one: Contest, weight: float) -> float:
    """Return 1 if a weight foretells the choice, 0 if not, a half where it is of two minds."""
    margin = one.ahead + weight * (1 - UNRANKED)
    return 0.5 if margin == 0 else float(bool(margin > 0) is one.chosen)
