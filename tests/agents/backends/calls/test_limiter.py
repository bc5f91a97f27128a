"""The door of an endpoint: after a pause those who waited come one by one, not all at once."""

import asyncio
from types import SimpleNamespace

import pytest

from cropsmith.agents.backends.calls import limiter
from cropsmith.agents.backends.calls.limiter import Gate


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds that were slept; each sleeper finds the clock where it was when it lay down."""
    slept: list[float] = []
    woken: list[bool] = []

    def now() -> float:
        return 1000.0 if woken and woken.pop() else 100.0

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        woken.append(True)

    # In that module alone: the event loop has its own sleep and clock.
    monkeypatch.setattr(limiter, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(limiter, "time", SimpleNamespace(monotonic=now))
    return slept


async def test_a_second_wave_is_spread_over_the_pause(waits: list[float]) -> None:
    gate = Gate("there", 64)
    gate.pause(8.0)
    for _ in range(200):
        await gate.opened()
    assert len(waits) == 200 and min(waits) >= 8.0 and max(waits) <= 16.0
    # In each eighth of the second half of the wait about as many: no burst.
    counts = [sum(n <= wait - 8.0 < n + 1 for wait in waits) for n in range(8)]
    assert max(counts) < 50 and min(counts) > 8, counts


async def test_who_has_little_time_left_is_spread_over_less(waits: list[float]) -> None:
    gate = Gate("there", 64)
    gate.pause(8.0)
    await gate.opened(within=0.5)
    assert 8.0 <= waits[0] <= 8.5


async def test_a_shorter_pause_does_not_shorten_a_longer_one(waits: list[float]) -> None:
    gate = Gate("there", 64)
    gate.pause(8.0)
    gate.pause(1.0)
    await gate.opened()
    assert waits[0] >= 8.0


async def test_nobody_waits_without_a_pause(waits: list[float]) -> None:
    await asyncio.wait_for(Gate("there", 64).opened(), 5)
    assert waits == []
