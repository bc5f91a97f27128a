import pytest

from cropsmith.evals.metrics.advice import Advice, advised
from cropsmith.tools.schema.geometry import Box

SOME = Box.of((0.1, 0.1, 0.9, 0.9))
FAR = Box.of((0.0, 0.0, 0.3, 0.3))


@pytest.mark.parametrize(
    ("advice", "box", "rejected", "alike", "success"),
    [
        ("keep", Box.whole(), False, True, True),
        ("keep", SOME, False, False, False),
        ("refine", SOME, False, True, True),
        ("refine", FAR, False, True, False),
        ("refine", Box.whole(), False, False, False),
        ("reject", None, True, True, True),
        ("reject", SOME, False, False, False),
        ("refine", None, True, False, False),
        ("reject", None, False, False, False),
    ],
)
def test_an_answer_beside_the_peoples(
    advice: Advice, box: Box | None, rejected: bool, alike: bool, success: bool
) -> None:
    found = advised(advice, box, [SOME], rejected=rejected)
    assert (found.alike, found.success) == (alike, success)
