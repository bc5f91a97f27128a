import numpy as np
import pytest

from cropsmith.evals.training.photographer.cutting import fits, inside
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio


def test_a_shape_holds_what_is_no_longer_than_its_largest_box() -> None:
    wide, tall = Box.of((0.1, 0.4, 0.9, 0.6)), Box.of((0.4, 0.0, 0.6, 1.0))
    assert fits(wide, Ratio.parse("16:9"), 1.5)
    assert not fits(wide, Ratio.parse("9:16"), 1.5)
    assert fits(tall, Ratio.parse("9:16"), 1.5)
    assert not fits(tall, Ratio.parse("16:9"), 1.5)


def test_the_share_inside_is_of_the_thing() -> None:
    crops = np.array([[0.0, 0.0, 0.5, 1.0], [0.0, 0.0, 1.0, 1.0]])
    assert inside(crops, Box.of((0.4, 0.2, 0.6, 0.8))) == pytest.approx([0.5, 1.0])
