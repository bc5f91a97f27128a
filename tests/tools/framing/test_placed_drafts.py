"""Drafts that put a thing where it was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.framing.anchor import Anchor
from cropsmith.tools.framing.placed_drafts import placed_drafts
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Across, Down, Placement

IMAGE = Size(width=3000, height=2000)


@given(st.floats(0.1, 0.8), st.floats(0.1, 0.8), st.sampled_from(["1:1", "16:9", "9:16"]))
def test_the_widest_draft_lies_exactly_and_has_the_shape(x: float, y: float, shape: str) -> None:
    boat = Anchor(Box(x1=x, y1=y, x2=x + 0.02, y2=y + 0.02), "the boat")
    placement = Placement(across=Across.LEFT_THIRD, down=Down.LOWER_THIRD)
    ratio = Ratio.parse(shape)
    drafts = placed_drafts(boat, placement.across, placement.down, None, placement, ratio, IMAGE)
    box = drafts[0].box
    assert (x + 0.01 - box.x1) / box.width == pytest.approx(1 / 3, abs=1e-6)
    assert (y + 0.01 - box.y1) / box.height == pytest.approx(2 / 3, abs=1e-6)
    assert box.width * 3000 / (box.height * 2000) == pytest.approx(ratio.value)
    # No larger crop of the shape would do: it ends at an edge of the photo.
    assert min(box.x1, box.y1, 1 - box.x2, 1 - box.y2) == pytest.approx(0, abs=1e-6)


def test_nothing_to_place_is_no_draft() -> None:
    assert placed_drafts(None, Across.LEFT, None, None, Placement(), None, IMAGE) == []
    low = Placement(horizon=Down.LOWER_THIRD)
    (first, *_) = placed_drafts(None, None, None, 0.5, low, None, IMAGE)
    assert (0.5 - first.box.y1) / first.box.height == pytest.approx(2 / 3, abs=0.01)
