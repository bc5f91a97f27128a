import numpy as np

from cropsmith.tools.explain.reasons import (
    LEAST_GAIN,
    MOST,
    SIDES,
    Choice,
    contributions,
    reasons_for,
)
from cropsmith.tools.photographer.measurements import Sight, look
from cropsmith.tools.schema.geometry import Box

CROP = Box(x1=0.3, y1=0.1, x2=1.0, y2=0.9)


def scene() -> np.ndarray:
    """A dark ball on the right of a plain sky over plain land."""
    rows, columns = np.mgrid[:240, :320]
    pixels = np.where(rows[..., None] < 150, (190, 210, 235), (120, 140, 90)).astype(np.uint8)
    pixels[(rows - 120) ** 2 + (columns - 225) ** 2 < 35**2] = (160, 30, 20)
    return pixels


def words(sight: Sight, box: Box) -> str:
    return " ".join(reasons_for(sight, box))


def test_at_most_three_and_at_least_one() -> None:
    assert 1 <= len(reasons_for(look(scene()), CROP)) <= MOST


def test_mirroring_the_photo_mirrors_the_contributions() -> None:
    mirrored = Box(x1=0.0, y1=0.1, x2=0.7, y2=0.9)
    plain = contributions(look(scene()), CROP)
    turned = contributions(look(np.ascontiguousarray(scene()[:, ::-1])), mirrored)
    assert {c.choice for c in plain} - {c.choice for c in turned} == {Choice.LEFT}
    assert {c.choice for c in turned} - {c.choice for c in plain} == {Choice.RIGHT}


def test_each_sentence_comes_from_a_gain() -> None:
    sight = look(scene())
    found = {c.choice: c for c in contributions(sight, CROP)}
    for choice, place in SIDES.items():
        said = any(place in sentence for sentence in reasons_for(sight, CROP))
        assert not said or found[choice].gain >= LEAST_GAIN


def test_clutter_in_what_is_cut_changes_what_is_said_of_it() -> None:
    def cut(pixels: np.ndarray) -> float:
        found = contributions(look(pixels), CROP)
        return next(c.detail for c in found if c.choice is Choice.LEFT)

    cluttered = scene()
    random = np.random.default_rng(0)
    cluttered[:, :80] = random.integers(0, 255, (240, 80, 3), dtype=np.uint8)
    assert cut(scene()) < 0.6
    assert cut(cluttered) > 1.25
    assert "empty space on the left" not in words(look(cluttered), CROP)


def test_a_kept_photo_says_so() -> None:
    (only,) = reasons_for(look(scene()), Box.whole(), kept=True)
    assert only.startswith("The photo is kept")
