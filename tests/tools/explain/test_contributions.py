import numpy as np

from cropsmith.tools.explain.contributions import Choice, contributions
from cropsmith.tools.photographer.measurements import look
from cropsmith.tools.schema.geometry import Box
from tests.tools.explain.scenes import BALL, CROP, scene


def test_mirroring_the_photo_mirrors_the_contributions() -> None:
    mirrored = Box(x1=0.0, y1=0.1, x2=0.7, y2=0.9)
    plain = contributions(look(scene()), CROP)
    turned = contributions(look(np.ascontiguousarray(scene()[:, ::-1])), mirrored)
    assert {c.choice for c in plain} - {c.choice for c in turned} == {Choice.LEFT}
    assert {c.choice for c in turned} - {c.choice for c in plain} == {Choice.RIGHT}


def test_only_what_is_whole_is_held_against_a_cut_through_it() -> None:
    sight = look(scene())
    outside = Box(x1=0.1, y1=0.1, x2=0.4, y2=0.4)
    found = contributions(sight, CROP, things={"the ball": (BALL,), "the bird": (outside,)})
    assert [c.of for c in found if c.choice is Choice.WHOLE] == ["the ball"]


def test_clutter_in_what_is_cut_is_measured() -> None:
    def cut(pixels: np.ndarray) -> float:
        found = contributions(look(pixels), CROP)
        return next(c.detail for c in found if c.choice is Choice.LEFT)

    cluttered = scene()
    random = np.random.default_rng(0)
    cluttered[:, :80] = random.integers(0, 255, (240, 80, 3), dtype=np.uint8)
    assert cut(scene()) < 0.6
    assert cut(cluttered) > 1.25
