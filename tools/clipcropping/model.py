"""The CLIPCropping model: one visual side, branches of knowledge, and the head that rates crops.

Only `checkpoint.py`, the rater and the training import this file, inside functions: torch and
open_clip stay out of a run that rates nothing with them.
"""

# ruff: noqa: TID253
from collections.abc import Mapping
from typing import Any, Self, cast

import torch
from torch import Tensor, nn

from cropsmith.tools.clipcropping.knowledge import Knowledge
from cropsmith.tools.clipcropping.regions import inside, outside
from cropsmith.tools.clipcropping.shape import Shape
from cropsmith.tools.scorers.elements import Family, prompts
from cropsmith.vectorstore.torchvision_guard import import_torchvision


class CropHead(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Rates boxes on a map: what they keep and what they leave out."""

    def __init__(self, channels: int, shape: Shape) -> None:
        super().__init__()
        self._cells = shape.cells
        self.reduce = nn.Conv2d(channels, shape.channels, 1)
        self.rate = nn.Sequential(
            nn.Linear(2 * shape.channels * shape.cells**2, shape.hidden), nn.ReLU(),
            nn.Linear(shape.hidden, 1),
        )  # fmt: skip

    def forward(self, reduced: Tensor, boxes: Tensor) -> Tensor:
        """Return (N,): the rating of boxes (N, 4) on one photo's reduced map (channels, h, w)."""
        both = [part(reduced, boxes, self._cells) for part in (inside, outside)]
        return self.rate(torch.cat(both, 1).flatten(1))[:, 0]


class CropModel(nn.Module):  # type: ignore[misc]
    """CLIP's ResNet without its pooling, its frozen words side, and what is learnt on top.

    A rating is a mean opinion score, standardised (`evals/training/clipcropping`): 0 is a crop of
    usual quality.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        import_torchvision("CLIPCropping", "clip")
        import open_clip

        self.shape = shape
        self.clip: Any = open_clip.CLIP(**dict(shape.architecture))
        self.side: int = self.clip.visual.image_size
        """Pixels a side of the pictures it takes."""
        self.knowledge = nn.ModuleDict(
            {name: Knowledge(self.clip, shape, tuple(prompts(name))) for name in shape.families}
        )
        self.head = CropHead(self.clip.visual.layer4[-1].conv3.out_channels, shape)
        self.clip.visual.attnpool = nn.Identity()
        for name, parameter in self.clip.named_parameters():
            parameter.requires_grad_(name.startswith("visual."))

    def begin(self, weights: Mapping[str, Tensor]) -> None:
        """Start from a CLIP's weights."""
        kept = {n: v for n, v in weights.items() if not n.startswith("visual.attnpool.")}
        self.clip.load_state_dict(kept)
        for branch in self.knowledge.values():
            branch.begin(self.clip)

    def train(self, mode: bool = True) -> Self:
        """Set the mode, but keep CLIP's statistics of batches: those here are too small for any."""
        super().train(mode)
        for module in self.clip.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        return self

    def see(self, squares: Tensor) -> Tensor:
        """Return maps (B, C, h, w) of pictures (B, S, S, 3), bytes of RGB."""
        pixels = squares.float() / 255
        pixels = (pixels - pixels.new_tensor(self.shape.mean)) / pixels.new_tensor(
            self.shape.deviation
        )
        return cast(Tensor, self.clip.visual(pixels.permute(0, 3, 1, 2).contiguous()))

    def elements(self, family: Family, maps: Tensor) -> Tensor:
        """Return (B, J) in [-1, 1]: how present each element of a family is (Eq. 24)."""
        return cast(Knowledge, self.knowledge[family]).elements(self.clip, maps)
