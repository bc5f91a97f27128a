import numpy as np
import pytest

from cropsmith.evals.statistics.clusters import Clustered, Floats, draws
from cropsmith.evals.statistics.stability import stability

NAMES = [str(i) for i in range(50)]
GENERATOR = np.random.default_rng(10)
PHOTOS = GENERATOR.normal(size=50)


def data(values: Floats) -> Clustered:
    return Clustered.gather(NAMES, [float(v) for v in values])


def test_a_clear_order_is_stable() -> None:
    found = stability(
        {"low": data(PHOTOS), "high": data(PHOTOS + 1), "middle": data(PHOTOS + 0.5)},
        draws(50, 200),
    )
    ranks = {s.name: (s.rank, s.low, s.high, s.first_share) for s in found.standings}
    assert ranks == {"low": (3, 3, 3, 0.0), "high": (1, 1, 1, 1.0), "middle": (2, 2, 2, 0.0)}
    assert found.kendall == 1.0


def test_lower_is_better_turns_the_order() -> None:
    systems = {"a": data(PHOTOS), "b": data(PHOTOS + 1)}
    found = stability(systems, draws(50, 50), higher_is_better=False)
    assert {s.name: s.rank for s in found.standings} == {"a": 1, "b": 2}


def test_equals_share_first_place() -> None:
    found = stability({"a": data(PHOTOS), "b": data(PHOTOS)}, draws(50, 50))
    assert [s.first_share for s in found.standings] == [0.5, 0.5]
    assert [s.rank for s in found.standings] == [1, 1]


def test_noise_has_no_stable_order() -> None:
    systems = {str(i): data(GENERATOR.normal(size=50)) for i in range(4)}
    found = stability(systems, draws(50, 400))
    assert found.kendall < 0.9
    assert sum(s.first_share for s in found.standings) == pytest.approx(1)
    assert any(s.high - s.low >= 2 for s in found.standings)
