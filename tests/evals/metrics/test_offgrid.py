import numpy as np
import pytest

from cropsmith.evals.metrics.offgrid import best_overlap, nearest_hit, snap, tolerant_hit
from cropsmith.tools.schema.geometry import Box, as_array

WHOLE, LEFT, RIGHT = Box.whole(), Box.of((0, 0, 0.5, 1)), Box.of((0.5, 0, 1, 1))
ANCHORS = as_array([WHOLE, LEFT, RIGHT])
MOS = np.array([2.0, 4.0, 2.0])


def test_snaps_to_the_nearest_anchor() -> None:
    found = snap(Box.of((0, 0, 0.6, 1)), ANCHORS, MOS)
    assert found.anchor == 1
    assert found.overlap == pytest.approx(5 / 6, abs=1e-12)
    assert found.percentile == pytest.approx((2 + 0.5) / 3, abs=1e-12)
    assert found.regret == 0
    assert nearest_hit(found, MOS, 1)


def test_ties_count_half_in_the_percentile() -> None:
    found = snap(WHOLE, ANCHORS, MOS)
    assert found.percentile == pytest.approx((0 + 1) / 3, abs=1e-12)
    assert found.regret == 2
    assert not nearest_hit(found, MOS, 1)
    assert nearest_hit(found, MOS, 2)  # two share the second best


def test_tolerance_decides_the_hit() -> None:
    crop = Box.of((0, 0, 0.57, 1))  # IoU .877 with the left half
    assert not tolerant_hit(crop, ANCHORS, MOS, 1, 0.9)
    assert tolerant_hit(crop, ANCHORS, MOS, 1, 0.85)
    assert best_overlap(crop, ANCHORS, MOS) == pytest.approx(0.5 / 0.57, abs=1e-12)
