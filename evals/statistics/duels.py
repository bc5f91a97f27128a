"""What choices between pairs say: Bradley-Terry strengths with intervals, and agreement."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cropsmith.evals.statistics.clusters import Floats, draws
from cropsmith.evals.statistics.intervals import percentile

PRIOR = 0.5
"""Wins and losses that everybody starts with, against everybody: keeps a strength finite where
somebody won all or nothing."""
ROUNDS = 200
DRAWS = 300
NEITHER = ""
"""As a winner: both are bad."""


@dataclass(frozen=True)
class Duel:
    """One person's choice between the crops of two systems on one photo."""

    person: str
    photo: str
    first: str
    second: str
    winner: str
    """`first`, `second`, or NEITHER."""


@dataclass(frozen=True)
class Strength:
    """A system's strength over those it met."""

    name: str
    value: float
    """Chance to be chosen against the average of all, 0 to 1."""
    low: float
    high: float
    won: int
    lost: int
    bad: int
    """Duels in which neither was good."""


@dataclass(frozen=True)
class Agreement:
    """How alike people choose where two of them saw one pair."""

    pairs: int
    """Pairs of choices."""
    share: float
    """Part of them that is the same."""
    kappa: float
    """Beyond chance (Fleiss' chance of equal choices from their shares): 0 none, 1 whole."""


def strengths(duels: Sequence[Duel], seed: int = 0) -> list[Strength]:
    """Return every system's strength, strongest first; 95 % by resampling photos.

    The model of Bradley and Terry (1952), fitted by the MM steps of Hunter (2004). Where neither
    was good nobody wins: such duels are counted and tell nothing of the order.
    """
    names = sorted({name for duel in duels for name in (duel.first, duel.second)})
    photos = sorted({duel.photo for duel in duels})
    where = {name: index for index, name in enumerate(names)}
    wins = np.zeros((len(photos), len(names), len(names)))
    for duel in duels:
        if duel.winner:
            loser = duel.second if duel.winner == duel.first else duel.first
            wins[photos.index(duel.photo), where[duel.winner], where[loser]] += 1
    whole = _fit(wins.sum(axis=0))
    drawn = _fit(np.tensordot(draws(len(photos), DRAWS, seed), wins, axes=1))
    found = []
    for name, index in where.items():
        low, high = percentile(drawn[:, index])
        mine = [duel for duel in duels if name in (duel.first, duel.second)]
        counts = Counter(
            "bad" if not duel.winner else "won" if duel.winner == name else "lost" for duel in mine
        )
        found.append(
            Strength(
                name, float(whole[index]), low, high, counts["won"], counts["lost"], counts["bad"]
            )
        )
    return sorted(found, key=lambda one: -one.value)


def _fit(wins: Floats) -> Floats:
    """Return chances against the average, shape (..., N), of matrices of wins (..., N, N)."""
    count = wins.shape[-1]
    wins = wins + PRIOR * (1 - np.eye(count)) / max(1, count - 1)
    met, strength = wins + wins.swapaxes(-1, -2), np.ones(wins.shape[:-1])
    for _ in range(ROUNDS):
        both = strength[..., :, None] + strength[..., None, :]
        strength = wins.sum(axis=-1) / (met / both).sum(axis=-1)
        strength /= np.exp(np.log(strength).mean(axis=-1, keepdims=True))
    return np.asarray(strength / (1 + strength))


def agreement(duels: Sequence[Duel]) -> Agreement:
    """Return how often two people chose alike; NaN where no pair was seen by two."""
    seen: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for duel in duels:
        seen[duel.photo, *sorted((duel.first, duel.second))][duel.person] = duel.winner
    same = count = 0
    shares = []
    for (_, first, _), by_person in seen.items():
        verdicts = [w and ("first" if w == first else "second") for w in by_person.values()]
        for a, b in itertools.combinations(verdicts, 2):
            same, count = same + (a == b), count + 1
        if len(verdicts) > 1:
            shares += verdicts
    if not count:
        return Agreement(0, float("nan"), float("nan"))
    chance = sum((n / len(shares)) ** 2 for n in Counter(shares).values())
    observed = same / count
    kappa = (observed - chance) / (1 - chance) if chance < 1 else 1.0
    return Agreement(count, observed, kappa)
