import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.statistics.clusters import Clustered, draws
from cropsmith.evals.statistics.paired import (
    compare,
    compare_with,
    flips_for,
    holm,
    holm_adjust,
    sign_flip,
    wilcoxon,
)
from cropsmith.evals.statistics.power import photos_needed

NAMES = [str(i) for i in range(80)]


def data(values: list[float]) -> Clustered:
    return Clustered.gather(NAMES[: len(values)], values)


def test_exact_sign_flips_by_hand() -> None:
    # Of the 8 sign patterns of 1 2 3, two reach |6|.
    assert sign_flip(np.array([1.0, 2.0, 3.0])) == 2 / 8
    assert sign_flip(np.zeros(4)) == 1.0


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=9))
def test_exact_equals_enumeration(values: list[int]) -> None:
    moving = [v for v in values if v]
    signs = list(itertools.product((1, -1), repeat=len(moving)))
    sums = [abs(sum(s * v for s, v in zip(p, moving, strict=True))) for p in signs]
    expected = float(np.mean([t >= abs(sum(moving)) for t in sums]))
    assert sign_flip(np.array(values, dtype=float)) == pytest.approx(expected, abs=1e-12)


def test_sampled_flips_agree_with_the_t_test() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(5).normal(0.2, 1, size=80)
    assert sign_flip(values) == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.01)


def test_pairing_sees_what_an_unpaired_look_does_not() -> None:
    generator = np.random.default_rng(6)
    photos = generator.normal(0.7, 0.2, size=80)
    better = list(photos + 0.01 + generator.normal(0, 0.01, size=80))
    found = compare(("a", "b"), data(better), data(list(photos)))
    assert found.significant and found.difference.low > 0
    assert found.effect == pytest.approx(1.0, abs=0.35)
    assert found.more_photos == 0


def test_the_same_difference_everywhere_is_no_zero_effect() -> None:
    photos = list(np.random.default_rng(7).normal(size=8))
    lower = [one - 0.1 for one in photos]
    found = compare(("a", "b"), data(lower), data(photos))
    assert (found.effect, found.more_photos, found.losses) == (-np.inf, 0, 8)


def test_no_difference_is_no_winner() -> None:
    same = list(np.random.default_rng(7).normal(size=80))
    found = compare(("a", "b"), data(same), data(same))
    assert (found.p, found.effect, found.more_photos) == (1.0, 0.0, None)
    assert (found.wins, found.ties, found.losses) == (0, 80, 0)
    assert not found.significant


def test_only_photos_with_both_values_count() -> None:
    first = Clustered.gather(["a", "b"], [1.0, 5.0], [1, 0])
    found = compare(("x", "y"), first, Clustered.gather(["a", "b"], [0.5, 0.5]))
    assert found.difference.value == pytest.approx(0.5)
    assert found.difference.photos == 1


def test_other_photos_are_refused() -> None:
    with pytest.raises(ValueError, match="same photos"):
        compare(("x", "y"), data([1.0]), Clustered.gather(["other"], [1.0]))


def test_holm_by_hand() -> None:
    # Sorted .01 .03 .04: times 3, 2, 1 with a running maximum: .03 .06 .06.
    assert holm_adjust([0.03, 0.01, 0.04]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm_adjust([0.9, 0.8]) == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_laws(values: list[float]) -> None:
    adjusted = holm_adjust(values)
    assert all(p <= q <= 1 for p, q in zip(values, adjusted, strict=True))
    order = sorted(range(len(values)), key=values.__getitem__)
    assert [adjusted[i] for i in order] == sorted(adjusted)


def test_holm_keeps_the_order_given() -> None:
    values = list(np.random.default_rng(8).normal(0.5, 1, size=80))
    zero = data([0.0] * 80)
    pair = [compare(("a", "b"), zero, zero), compare(("c", "b"), data(values), zero)]
    corrected = holm(pair)
    assert [c.first for c in corrected] == ["a", "c"]
    assert corrected[1].p_holm == pytest.approx(2 * corrected[1].p)


def test_wilcoxon_equals_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(9).normal(0.3, 1, size=40)
    assert wilcoxon(values) == stats.wilcoxon(values).pvalue
    assert wilcoxon(np.zeros(3)) == 1.0


def test_photos_needed_by_hand() -> None:
    # ((1.95996 + .84162) * 1 / .5)^2 = 31.4
    assert photos_needed(0.5, 1.0) == 32
    assert photos_needed(0.0, 1.0) is None


def beaten_by(hub: str, systems: dict[str, Clustered], hubs: list[str]) -> set[str]:
    found = compare_with(hubs, systems, weights=draws(80, 200))
    assert len(found) == len(hubs) * (len(systems) - 1) - len(hubs) * (len(hubs) - 1) // 2
    return {
        c.second if c.first == hub else c.first
        for c in found
        if hub in (c.first, c.second) and c.significant
        and (c.difference.value > 0) is (c.first == hub)
    }  # fmt: skip


def test_one_of_sixty_systems_can_win() -> None:
    """All pairs of 60 would ask for p < .05 / 1,770, which 20,000 sign flips never give."""
    noise = np.random.default_rng(3).normal(0, 0.1, size=(60, 80))
    systems = {f"s{n}": data(list(noise[n] + (0.2 if n == 7 else 0.0))) for n in range(60)}
    assert beaten_by("s7", systems, ["s7", "s0"]) == {name for name in systems if name != "s7"}


def test_of_equals_the_best_is_no_winner() -> None:
    """That the best is chosen by the same photos makes no winner: it must beat the second, too."""
    random, wins = np.random.default_rng(4), 0
    for _ in range(40):
        values = random.normal(0, 1, size=(20, 80))
        systems = {f"s{n}": data(list(values[n])) for n in range(20)}
        best = max(systems, key=lambda name: systems[name].mean)
        wins += len(beaten_by(best, systems, [best, "s0" if best != "s0" else "s1"])) == 19
    assert wins <= 4  # 5 % of 40, and chance


def test_the_resolution_grows_with_the_comparisons() -> None:
    assert flips_for(10) == 20_000
    for count in (91, 1_000):
        assert 1 / (flips_for(count) + 1) < 0.05 / count / 5
