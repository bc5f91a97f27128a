"""Which step comes after which, as the graph has it."""

import pytest

from cropsmith.agents.replay.order import comes_after

INTENT, PROPOSAL, AGAIN = ("intent", 0), ("proposal", 0), ("proposal", 1)
SCORING, REFINEMENT, APPROVAL = ("scoring", 0), ("refinement", 0), ("approval", 0)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (INTENT, ("grounding", 0)),
        (("grounding", 0), PROPOSAL),
        (PROPOSAL, SCORING),
        (SCORING, REFINEMENT),
        (REFINEMENT, AGAIN),
        (SCORING, AGAIN),
        (SCORING, APPROVAL),
        (APPROVAL, ("decision", 0)),
        (("scoring", 2), ("decision", 0)),
        (("decision", 0), ("joint_framing", 0)),
        (("joint_framing", 0), ("render", 0)),
    ],
)
def test_of_two_steps_one_comes_after(earlier: tuple[str, int], later: tuple[str, int]) -> None:
    assert comes_after(*later, *earlier) and not comes_after(*earlier, *later)


def test_of_two_side_by_side_neither_does() -> None:
    assert not comes_after("analysis", 0, "grounding", 0)
    assert not comes_after("grounding", 0, "analysis", 0)
