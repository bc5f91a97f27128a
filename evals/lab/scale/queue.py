"""Queues: of a whole day, minute by minute, and of one machine, photo by photo."""

import heapq
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

MINUTES = 1440


@dataclass(frozen=True)
class Day:
    """What a day's load does to a stage that can do so many photos a second."""

    longest: float
    """Most photos that wait at one time."""
    wait: float
    """Longest wait, in minutes."""
    busy: float
    """Share of the capacity that was used."""


def arrivals(per_day: float, peak: float) -> list[float]:
    """Return the photos of each minute: a sine over the day whose top is `peak` times the mean."""
    mean = per_day / MINUTES
    swing = peak - 1
    return [mean * (1 + swing * math.sin(2 * math.pi * m / MINUTES)) for m in range(MINUTES)]


def day(photos: Sequence[float], rate: float) -> Day:
    """Let a day's photos flow through a stage of `rate` photos a second.

    A fluid queue: at such numbers chance within a minute does not matter, the day's shape does. The
    day is gone through twice, so that what waits at midnight is there in the morning.
    """
    waiting = longest = done = 0.0
    per_minute = rate * 60
    for _ in range(2):
        longest = done = 0.0
        for count in photos:
            now = min(waiting + count, per_minute)
            waiting += count - now
            longest, done = max(longest, waiting), done + now
    return Day(longest, longest / per_minute, done / (per_minute * MINUTES))


@dataclass(frozen=True)
class Waits:
    """How long photos were at a machine, from their coming to their end, in seconds."""

    p50: float
    p99: float


def machine(cores: int, use: float, mean: float, spread: float, photos: int = 50_000) -> Waits:
    """Let photos come by chance to a machine of which they take a share `use` (a queue M/G/c).

    The CPU of a photo is lognormal, with that mean (seconds) and relative standard deviation.
    """
    chance = random.Random(1)
    sigma = math.sqrt(math.log1p(spread**2))
    mu = math.log(mean) - sigma**2 / 2
    rate = use * cores / mean
    free = [0.0] * cores
    now, spent = 0.0, []
    for _ in range(photos):
        now += chance.expovariate(rate)
        begins = max(now, heapq.heappop(free))
        ends = begins + chance.lognormvariate(mu, sigma)
        heapq.heappush(free, ends)
        spent.append(ends - now)
    spent.sort()
    return Waits(spent[photos // 2], spent[photos * 99 // 100])
