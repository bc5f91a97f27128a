"""What the plan for a day says of queues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.lab.scale.constants import constants, cost, plans, tokens_of
from cropsmith.evals.lab.scale.queue import arrivals, day, machine

MEAN = 100.0


@given(st.floats(1, 2))
def test_a_day_has_its_photos_and_its_peak(peak: float) -> None:
    photos = arrivals(MEAN * 86400, peak)
    assert sum(photos) == pytest.approx(MEAN * 86400)
    assert max(photos) == pytest.approx(MEAN * 60 * peak, rel=1e-3)


def test_nobody_waits_where_the_peak_can_be_done_and_many_do_at_the_mean() -> None:
    photos = arrivals(MEAN * 86400, 2)
    assert day(photos, 2 * MEAN + 0.01).longest == 0
    # All above the mean waits: the half wave of a sine has area (peak - 1) x mean x day / pi.
    assert day(photos, MEAN).longest == pytest.approx(MEAN * 86400 / 3.14159, rel=0.01)
    assert day(photos, 1.5 * MEAN).busy == pytest.approx(1 / 1.5, rel=0.01)


def test_waits_grow_with_use_and_shrink_with_cores() -> None:
    few = [machine(2, use, 1, 0.2, 20_000).p99 for use in (0.3, 0.6, 0.9)]
    many = [machine(16, use, 1, 0.2, 20_000).p99 for use in (0.3, 0.6, 0.9)]
    assert few == sorted(few)
    assert all(large < small for large, small in zip(many, few, strict=True))


def test_one_core_waits_as_pollaczek_and_khinchine_say() -> None:
    # M/D/1 at 80 %: the mean wait is use / (2 (1 - use)) services, 2; the median lies below it.
    found = machine(1, 0.8, 1, 0.01, 50_000)
    assert 2 < found.p50 < 3 < 6 < found.p99 < 16


def test_every_mind_has_a_price_that_grows_with_its_effort() -> None:
    numbers = constants()
    found = {plan.mind: cost(plan, numbers) for plan in plans(numbers)}
    assert found["built in"] < min(price for mind, price in found.items() if mind != "built in")
    for mind in ("own vLLM", "openai/gpt-5"):
        assert found[f"{mind}, quick"] < found[f"{mind}, standard"]
    tokens = tokens_of("quick", numbers)
    assert (tokens.prompt, tokens.completion) == (550 + 1000, 800)
