"""Files of at most so many bytes: the best quality that keeps to it."""

import math
from collections.abc import Callable

from cropsmith.tools.images.encode import Encoded

LOSSY = frozenset({"JPEG", "WEBP", "AVIF", "HEIF"})
"""Formats whose quality can be chosen."""
LEAST, MOST = 5, 95
"""Qualities that are tried; below, little of a photo is left."""
TRIES = 8
"""Files that are made at most: one before the search, the least, and those between."""
AIM, NEAR = 0.98, 0.95
"""Shares of the limit: what a guess aims at, and from which on a file is near enough."""
SLOPE, LEAST_SLOPE = 1 / 30, 1e-4
"""Of the logarithm of the size over the quality: about, for the first guess, and at least."""


def within(limit: int, encode: Callable[[int], Encoded], size: int) -> tuple[Encoded, int]:
    """Return the file of a high quality that is at most `limit` bytes, and that quality.

    `encode(quality)` makes the file; `size` is that of one which is too large, of about MOST. The
    logarithm of the size is nearly linear in the quality, so that two or three guesses are enough
    mostly: HEIC and AVIF take seconds each. It ends at the highest quality that keeps to the limit,
    at a file that is near to it, or after TRIES. Where even the least quality is too large, that
    file is returned.
    """
    low, high = LEAST - 1, MOST + 1  # the highest that fits, the lowest that does not
    goal, above = math.log(limit * AIM), math.log(size)
    slope = SLOPE
    best: tuple[Encoded, int] | None = None
    same, last = 0, False  # guesses in a row that moved the same end: halving moves the other
    for tries_left in reversed(range(TRIES - 1)):
        guess = (low + high) / 2 if same > 2 else high - (above - goal) / slope
        quality = min(max(round(guess), low + 1), high - 1)
        if best is None and not tries_left:
            quality = LEAST
        tried = encode(quality)
        weight, fits = math.log(len(tried.data)), len(tried.data) <= limit
        if quality == LEAST and not fits:
            return tried, LEAST
        slope = max((above - weight) / (high - quality), LEAST_SLOPE)
        if fits:
            best, low = (tried, quality), quality
        else:
            high, above = quality, weight
        same, last = same + 1 if fits is last else 1, fits
        if high - low == 1 or (best is not None and len(best[0].data) >= NEAR * limit):
            break
    assert best is not None
    return best
