"""The set loss: its gradient, its assignment, what predictions are told to score."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.evals.training.clipcrop.criterion import (  # noqa: E402
    Truth,
    Weights,
    generalised_iou,
    matched,
    set_loss,
    wanted_quality,
)
from cropsmith.tools.clipcrop.decoder import Decoded  # noqa: E402

pytestmark = pytest.mark.integration


def drawn(count: int, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    low = random.uniform(0, 0.5, (count, 2))
    return torch.from_numpy(np.concatenate([low, low + random.uniform(0.2, 0.5, (count, 2))], 1))


def truth(count: int = 3, anchors: int = 0) -> Truth:
    return Truth(drawn(count, 1), drawn(anchors, 2), torch.linspace(1, 5, anchors).double())


def test_the_gradient_is_that_of_the_numbers() -> None:
    boxes, logits = drawn(6)[None, None], torch.linspace(-1, 1, 6).double()[None, None]
    decoded = Decoded(boxes.requires_grad_(), logits.requires_grad_())
    set_loss(decoded, [truth(3, 5)]).total.backward()
    for value in (boxes, logits):
        for place in range(value.numel()):
            losses = []
            for step in (1e-6, -1e-6):
                moved = value.detach().clone()
                moved.view(-1)[place] += step
                pair = (moved, logits) if value is boxes else (boxes, moved)
                losses.append(float(set_loss(Decoded(*pair), [truth(3, 5)]).total.detach()))
            numeric = (losses[0] - losses[1]) / 2e-6
            auto = float(value.grad.view(-1)[place])
            assert abs(numeric - auto) < 1e-5 * max(1e-2, abs(auto))


def test_the_assignment_is_the_cheapest_of_all() -> None:
    boxes, logits, good = drawn(4), torch.tensor([0.5, -1.0, 0.0, 2.0]).double(), drawn(3, 1)
    only = Weights(quality=0.0)
    rows, columns = matched(boxes, logits, good, only)
    cost = 5 * torch.cdist(boxes, good, p=1) - 2 * generalised_iou(boxes[:, None], good[None])[1]
    totals = {rows_: sum(float(cost[r, c]) for c, r in enumerate(rows_))
              for rows_ in permutations(range(4), 3)}  # fmt: skip
    best = min(totals, key=lambda one: totals[one])
    assert dict(zip(columns.tolist(), rows.tolist(), strict=True)) == dict(enumerate(best))


def test_permuting_predictions_permutes_the_assignment_and_keeps_the_loss() -> None:
    boxes, logits = drawn(8), torch.linspace(-1, 1, 8).double()
    order = torch.tensor([3, 1, 7, 0, 2, 6, 5, 4])
    rows, columns = matched(boxes, logits, drawn(3, 1), Weights())
    moved, same = matched(boxes[order], logits[order], drawn(3, 1), Weights())
    pairs = sorted(zip(columns.tolist(), rows.tolist(), strict=True))
    assert sorted(zip(same.tolist(), order[moved].tolist(), strict=True)) == pairs
    losses = [
        set_loss(Decoded(b[None, None], s[None, None]), [truth(3, 4)]).total
        for b, s in ((boxes, logits), (boxes[order], logits[order]))
    ]
    assert float(losses[0]) == pytest.approx(float(losses[1]), rel=1e-12)


def test_a_prediction_close_to_an_annotated_crop_is_told_its_score() -> None:
    anchors = torch.tensor([[0.0, 0.0, 0.5, 0.5], [0.5, 0.5, 1.0, 1.0]]).double()
    judged = Truth(anchors[:1], anchors, torch.tensor([4.0, 2.9]).double())
    boxes = torch.tensor(
        [[0, 0, 0.5, 0.5], [0.51, 0.5, 1, 1], [0, 0, 0.49, 0.5], [0.6, 0.6, 1, 1]]
    ).double()
    told = wanted_quality(boxes, torch.tensor([0]), judged, Weights())
    assert told.tolist() == pytest.approx([1.0, 0.3, 0.5, 0.0])
    unscored = Truth(anchors[:1], anchors[:0], torch.zeros(0).double())
    assert wanted_quality(boxes, torch.tensor([0]), unscored, Weights()).tolist() == [1, 0, 0, 0]


def test_giou_is_that_of_the_paper() -> None:
    a = torch.tensor([0.0, 0.0, 0.4, 0.4]).double()
    b = torch.tensor([0.6, 0.6, 1.0, 1.0]).double()
    iou, giou = generalised_iou(a, b)
    assert (float(iou), float(giou)) == pytest.approx((0.0, 0.32 - 1), abs=1e-5)
    iou, giou = generalised_iou(a, a)
    assert (float(iou), float(giou)) == pytest.approx((1.0, 1.0), abs=1e-5)
