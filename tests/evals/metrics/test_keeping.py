from cropsmith.evals.metrics.keeping import keeping
from cropsmith.tools.schema.geometry import Box

CROP = Box.of((0.1, 0.1, 0.9, 0.9))


def test_keeping_what_people_kept() -> None:
    kept = keeping(Box.whole(), [Box.whole(), Box.whole(), CROP])
    assert (kept.should_keep, kept.kept, kept.success) == (True, True, True)
    assert not keeping(CROP, [Box.whole()]).success


def test_refining_what_people_cropped() -> None:
    assert keeping(CROP, [CROP]).success
    assert not keeping(Box.of((0.5, 0.5, 0.9, 0.9)), [CROP]).success
    # Within IoU .7 of the crop, and yet nothing was done.
    assert not keeping(Box.whole(), [Box.of((0.05, 0.05, 0.95, 0.95))]).success
