"""Regions of a map: torchvision's numbers, maps with an answer, gradients."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="rating needs torch; the package does not")

from cropsmith.tools.clipcropping.regions import inside, outside  # noqa: E402
from tests.tools.clipcropping.torchvision_regions import BOXES, CELLS, CHANNELS, drawn  # noqa: E402

pytestmark = pytest.mark.integration


def test_the_numbers_are_torchvisions() -> None:
    told = json.loads(Path(__file__).with_name("regions.json").read_text("utf-8"))
    maps, boxes = torch.tensor(drawn()).double(), torch.tensor(BOXES).double()
    for name, part in (("inside", inside), ("outside", outside)):
        wanted = np.reshape(told[name], (len(BOXES), CHANNELS, CELLS, CELLS))
        assert part(maps, boxes, CELLS).numpy() == pytest.approx(wanted, abs=1e-6)


def test_a_constant_map_and_half_a_plane() -> None:
    boxes = torch.tensor([[0.0, 0.0, 1.0, 1.0], [0.2, 0.1, 0.7, 0.6]])
    assert inside(torch.full((1, 7, 7), 3.0), boxes, 4) == pytest.approx(3.0)
    nothing = outside(torch.full((1, 7, 7), 3.0), boxes[:1], 4)
    assert (nothing == 0).all()  # the whole frame leaves nothing out
    plane = (torch.arange(8) >= 4).float().expand(1, 8, 8)  # the right half
    left, right = inside(plane, torch.tensor([[0, 0, 0.4, 1], [0.6, 0, 1, 1]]), 5)
    assert (left == 0).all() and (right == 1).all()
    gone = outside(plane, torch.tensor([[0.5, 0, 1, 1]]), 5)
    assert (gone == 0).all()


def test_gradients_are_those_of_numbers() -> None:
    random = torch.Generator().manual_seed(0)
    maps = torch.randn((2, 5, 6), generator=random, dtype=torch.float64, requires_grad=True)
    boxes = torch.tensor(BOXES[1:3]).double()
    for part in (inside, outside):
        assert torch.autograd.gradcheck(lambda m, part=part: part(m, boxes, 3), maps)
