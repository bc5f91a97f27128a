import math

import numpy as np
import pytest

from cropsmith.evals.statistics.duels import NEITHER, Duel, agreement, strengths


def played(people: int, photos: int, truth: dict[str, float], seed: int) -> list[Duel]:
    """Let people choose by strengths that are known."""
    random, names = np.random.default_rng(seed), list(truth)
    duels = []
    for photo in range(photos):
        first, second = random.choice(names, 2, replace=False)
        chance = truth[first] / (truth[first] + truth[second])
        for person in range(people):
            winner = first if random.random() < chance else second
            duels.append(Duel(f"p{person}", f"{photo}.jpg", first, second, winner))
    return duels


def test_a_known_order_is_found() -> None:
    truth = {"best": 8.0, "good": 4.0, "fair": 2.0, "poor": 0.5}
    found = strengths(played(2, 200, truth, seed=1))
    assert [one.name for one in found] == list(truth)
    assert found[0].low > found[-1].high


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    truth = {"best": 4.0, "good": 2.0, "fair": 1.0, "poor": 0.5}
    mean = math.exp(np.mean(np.log(list(truth.values()))))
    held = [
        one.low <= truth[one.name] / (truth[one.name] + mean) <= one.high
        for seed in range(12)
        for one in strengths(played(1, 150, truth, seed), seed)
    ]
    assert sum(held) >= 0.85 * len(held)


def test_of_equals_nobody_stands_out() -> None:
    first, *_, last = strengths(played(1, 120, dict.fromkeys("abcd", 1.0), seed=2))
    assert first.low < last.high


def test_who_won_all_is_strong_and_finite_and_both_bad_says_nothing_of_the_order() -> None:
    duels = [Duel("p", f"{n}", "a", "b", "a") for n in range(5)]
    duels += [Duel("p", f"{n}", "a", "b", NEITHER) for n in range(5, 9)]
    a, b = strengths(duels)
    assert (a.name, a.won, a.bad, b.lost) == ("a", 5, 4, 5)
    assert 0.5 < a.value < 1 and a.value == pytest.approx(1 - b.value)


def test_agreement_of_two_people() -> None:
    one = [Duel("ann", f"{n}", "a", "b", "a" if n % 2 else "b") for n in range(10)]
    same = [Duel("ben", d.photo, "b", "a", d.winner) for d in one]
    assert agreement([*one, *same]).share == 1 == agreement([*one, *same]).kappa
    other = [Duel("ben", d.photo, "a", "b", "a" if d.winner == "b" else "b") for d in one]
    assert agreement([*one, *other]).kappa == -1
    assert math.isnan(agreement(one).share)
