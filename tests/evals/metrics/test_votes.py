import pytest

from cropsmith.evals.metrics.votes import Judged, pair_accuracy


def pair(votes: tuple[int, int], scores: tuple[float, float], equal: bool = False) -> Judged:
    return Judged(votes[0], votes[1], scores[0], scores[1], equal)


PAIRS = [
    pair((5, 0), (1, 0)),  # right, unanimous
    pair((1, 4), (1, 0)),  # wrong, margin 3
    pair((3, 2), (0.5, 0.5)),  # a tie of the method
    pair((0, 5), (0, 1), equal=True),  # right
]


def test_credit_by_margin() -> None:
    shares = [pair_accuracy(PAIRS, margin) for margin in (1, 3, 5)]
    assert [s and (s.value, s.count) for s in shares] == [(2.5 / 4, 4), (2 / 3, 3), (1.0, 2)]


def test_equal_areas_apart() -> None:
    only = pair_accuracy(PAIRS, equal_area=True)
    assert only and (only.value, only.count) == (1.0, 1)


def test_no_pair_is_no_figure() -> None:
    assert pair_accuracy([], 1) is None
    assert pair_accuracy([pair((2, 2), (0, 1))]) is None  # a drawn vote has no majority


def test_flipping_the_scores_flips_the_accuracy() -> None:
    flipped = [pair((p.for_first, p.for_second), (p.second, p.first)) for p in PAIRS]
    a, b = pair_accuracy(PAIRS), pair_accuracy(flipped)
    assert a and b and a.value + b.value == pytest.approx(1)
