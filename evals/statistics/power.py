"""How many photos a paired comparison needs."""

import math
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.80


def photos_needed(
    difference: float, spread: float, *, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """Return the photos needed to see a mean paired difference, two-sided; None if it is zero.

    n = ((z(1 - alpha/2) + z(power)) * spread / difference)^2, the normal approximation; `spread` is
    the standard deviation of the per-photo differences.
    """
    if not difference or math.isnan(difference):
        return None
    normal = NormalDist()
    quantiles = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
    return math.ceil((quantiles * spread / difference) ** 2)
