"""The losses, against numbers worked out another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.clipcropping.labels import Ranked  # noqa: E402
from cropsmith.evals.training.clipcropping.losses import crop_loss, info_nce  # noqa: E402

pytestmark = pytest.mark.integration


def truth(scores: list[float]) -> Ranked:
    order = [
        (a, b) for a in range(len(scores)) for b in range(len(scores)) if scores[a] > scores[b]
    ]
    better, worse = (np.array([pair[i] for pair in order], np.int64) for i in (0, 1))
    told = np.array(scores)
    return Ranked(np.zeros((len(scores), 4)), told, better, worse, told[better] - told[worse])


def test_info_nce_is_the_papers() -> None:
    likeness = torch.tensor([[0.2, 0.5, -0.1], [0.0, 0.3, 0.9]]).double()
    wanted = torch.tensor([1, 0])
    e = np.exp(10 * likeness.numpy())
    plain = -np.log(e[[0, 1], [1, 0]] / e.sum(1)).mean()
    assert float(info_nce(likeness, wanted, 10, None)) == pytest.approx(plain)
    left_out = torch.tensor([[False, False, True], [False, False, False]])
    e[0, 2] = 0
    masked = -np.log(e[[0, 1], [1, 0]] / e.sum(1)).mean()
    assert float(info_nce(likeness, wanted, 10, left_out)) == pytest.approx(masked)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=6, unique=True), st.floats(-2, 2))
def test_what_is_rated_as_people_did_loses_nothing(scores: list[float], shift: float) -> None:
    huber, ranking = crop_loss(torch.tensor(scores, dtype=torch.float64), truth(scores))
    assert (float(huber), float(ranking)) == pytest.approx((0, 0), abs=1e-9)
    huber, ranking = crop_loss(torch.tensor(scores, dtype=torch.float64) + shift, truth(scores))
    far = abs(shift)
    assert float(ranking) == pytest.approx(0, abs=1e-9)  # an order knows no level
    assert float(huber) == pytest.approx(far**2 / 2 if far < 1 else far - 0.5, abs=1e-9)


def test_votes_rank_alone_and_gradients_are_those_of_numbers() -> None:
    voted = truth([2.0, 0.5, 1.0])
    unscored = Ranked(voted.boxes, np.full(3, np.nan), voted.better, voted.worse, voted.margins)
    rated = torch.tensor([0.1, 0.4, 0.2]).double().requires_grad_()
    huber, ranking = crop_loss(rated, unscored)
    pairs = zip(voted.better, voted.worse, voted.margins, strict=True)
    by_hand = [max(0.0, m - float((rated[a] - rated[b]).detach())) for a, b, m in pairs]
    assert float(huber.detach()) == 0 and float(ranking.detach()) == pytest.approx(np.mean(by_hand))
    assert torch.autograd.gradcheck(lambda x: sum(crop_loss(x, voted)), rated)
