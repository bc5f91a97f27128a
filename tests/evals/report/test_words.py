"""Figures as a reader sees them."""

import math

from cropsmith.evals.report.words import effect_size


def test_an_effect_has_its_sign_and_may_be_without_bounds() -> None:
    assert [effect_size(one) for one in (0.5, -0.25, 0.0)] == ["+0.50", "−0.25", "+0.00"]
    assert [effect_size(one) for one in (math.inf, -math.inf)] == ["+∞", "−∞"]
