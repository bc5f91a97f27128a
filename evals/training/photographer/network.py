"""The network that is trained: EfficientNet-Lite0 below, a head over regions of its map above.

Trunk: Tan and Le, "EfficientNet", ICML 2019, in the Lite form (no squeeze-and-excitation, ReLU6).
Head: pooled regions of interest and of discard, as in GAIC (Zeng et al., CVPR 2019), with the box's
geometry, and three outputs a box: free choice, choice at a given ratio, and votes. The runtime
twin of the head, in NumPy, is `tools/photographer/preference.py`; a test holds the two together.
"""

# Torch is needed to train and for nothing else, so only this folder imports it at module level.
# ruff: noqa: TID253
from pathlib import Path
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# expansion, channels in, channels out, kernel, stride
BLOCKS = [
    (1, 32, 16, 3, 1),
    (6, 16, 24, 3, 2),
    (6, 24, 24, 3, 1),
    (6, 24, 40, 5, 2),
    (6, 40, 40, 5, 1),
    (6, 40, 80, 3, 2),
    (6, 80, 80, 3, 1),
    (6, 80, 80, 3, 1),
    (6, 80, 112, 5, 1),
    (6, 112, 112, 5, 1),
    (6, 112, 112, 5, 1),
    (6, 112, 192, 5, 2),
    (6, 192, 192, 5, 1),
    (6, 192, 192, 5, 1),
    (6, 192, 192, 5, 1),
    (6, 192, 320, 3, 1),
]
FROZEN = 5
"""The stem and this many blocks stay as ImageNet left them; their maps are computed once."""
MIDDLE = 10
"""The last block at stride 16."""
CHANNELS = 24
CELLS = 4
GEOMETRY = 18
OUTPUTS = ("free", "given", "vote")


class Conv(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A convolution with its batch norm folded in, TensorFlow's padding, and ReLU6."""

    def __init__(self, into: int, out: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__()
        padding = kernel // 2 if stride == 1 else 0
        self.conv = nn.Conv2d(into, out, kernel, stride, padding=padding, groups=groups)
        # TensorFlow pads a strided convolution of an even input more at the far side.
        spare = kernel - stride
        near = spare // 2
        self.pad = (near, spare - near) * 2 if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, into, H, W) to (N, out, H / stride, W / stride)."""
        return cast(Tensor, self.conv(F.pad(x, self.pad) if self.pad else x))


class Block(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """An inverted residual."""

    def __init__(self, expansion: int, into: int, out: int, kernel: int, stride: int) -> None:
        super().__init__()
        hidden = into * expansion
        self.expand = Conv(into, hidden, 1, 1) if expansion > 1 else None
        self.depthwise = Conv(hidden, hidden, kernel, stride, groups=hidden)
        self.project = Conv(hidden, out, 1, 1)
        self.residual = stride == 1 and into == out

    def forward(self, x: Tensor) -> Tensor:
        """Map (N, into, H, W) to (N, out, H / stride, W / stride)."""
        y = F.relu6(self.expand(x)) if self.expand is not None else x
        y = self.project(F.relu6(self.depthwise(y)))
        return x + y if self.residual else cast(Tensor, y)


class Trunk(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """EfficientNet-Lite0 without its classifier, its two last scales reduced and added."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Conv(3, 32, 3, 2)
        self.blocks = nn.ModuleList([Block(*row) for row in BLOCKS])
        self.middle = nn.Conv2d(112, CHANNELS, 1)
        self.top = nn.Conv2d(320, CHANNELS, 1)
        for reduce in (self.middle, self.top):
            nn.init.normal_(reduce.weight, std=0.02)

    def early(self, pixels: Tensor) -> Tensor:
        """Map uint8 (N, H, W, 3) to the frozen (N, 40, H / 8, W / 8)."""
        x = (pixels.permute(0, 3, 1, 2).float() - 127.0) / 128.0
        x = F.relu6(self.stem(x))
        for block in self.blocks[:FROZEN]:
            x = block(x)
        return x

    def scales(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map the frozen maps to (N, 112, H / 16, W / 16) and (N, 320, H / 32, W / 32)."""
        for index, block in enumerate(self.blocks[FROZEN:], FROZEN):
            x = block(x)
            if index == MIDDLE:
                middle = x
        return middle, x

    def reduced(self, middle: Tensor, top: Tensor) -> Tensor:
        """Map both scales to features (N, H / 16, W / 16, CHANNELS)."""
        top = self.top(top)
        top = F.interpolate(top, size=middle.shape[2:], mode="bilinear", align_corners=False)
        return F.relu(self.middle(middle) + top).permute(0, 2, 3, 1).contiguous()

    def late(self, x: Tensor) -> Tensor:
        """Map the frozen maps to features (N, H / 16, W / 16, CHANNELS)."""
        return self.reduced(*self.scales(x))

    def forward(self, pixels: Tensor) -> Tensor:
        """Map uint8 (N, H, W, 3) to features (N, H / 16, W / 16, CHANNELS)."""
        return self.late(self.early(pixels))


class Head(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Score boxes of a photo from its features and the box's geometry."""

    def __init__(self, hidden: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        pooled = CHANNELS * (CELLS * CELLS + 4 + 1)
        self.regions = nn.Linear(pooled, hidden)
        self.geometry = nn.Linear(GEOMETRY, hidden)
        self.out = nn.Linear(hidden, len(OUTPUTS))
        self.dropout = nn.Dropout(dropout)

    def forward(self, maps: Tensor, boxes: Tensor, aspect: Tensor) -> Tensor:
        """Return (P, K, 3) for maps (P, n, n, C), boxes (P, K, 4), aspect (P,) = width / height."""
        x = self.geometry(geometry(boxes, aspect))
        x = x + self.regions(self.dropout(pooled(maps, boxes)))
        return cast(Tensor, self.out(self.dropout(F.relu(x))))


class FaceFinder(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Find faces on the early maps of a photo and the features of photo and mirror image."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(40 + CHANNELS, 32, 3, padding=1)
        self.second = nn.Conv2d(32, 32, 3, padding=1)
        self.out = nn.Conv2d(32, 5, 1)
        nn.init.zeros_(self.out.bias)
        self.out.bias.data[0] = -4.0  # faces are rare: start from doubt

    def forward(self, early: Tensor, features: Tensor) -> Tensor:
        """Return (N, 5, 2n, 2n) for early maps (N, 40, 2n, 2n) and features (N, n, n, C)."""
        late = features.permute(0, 3, 1, 2) * 0.2
        late = F.interpolate(late, scale_factor=2, mode="bilinear", align_corners=False)
        x = F.relu(self.first(torch.cat([early * 0.5, late], 1)))
        return cast(Tensor, self.out(F.relu(self.second(x))))


class ThingFinder(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Find people, animals and vehicles on the trunk's two scales."""

    def __init__(self) -> None:
        super().__init__()
        self.middle = nn.Conv2d(112, 48, 1)
        self.top = nn.Conv2d(320, 48, 1)
        self.around = nn.Conv2d(48, 48, 3, padding=1)
        self.out = nn.Conv2d(48, 5, 1)
        nn.init.zeros_(self.out.bias)
        self.out.bias.data[0] = -2.0  # most cells show none

    def forward(self, middle: Tensor, top: Tensor) -> Tensor:
        """Return (N, 5, n, n) for maps (N, 112, n, n) and (N, 320, n / 2, n / 2)."""
        above = self.top(top * 0.2)
        above = F.interpolate(above, scale_factor=2, mode="bilinear", align_corners=False)
        x = F.relu(self.middle(middle * 0.2) + above)
        return cast(Tensor, self.out(F.relu(self.around(x))))


def both_ways(maps: Tensor) -> Tensor:
    """Return the mean (1, C, H, W) of the maps (2, C, H, W) of a photo and its mirror image."""
    return (maps[:1] + maps[1:].flip(3)) / 2


class Eyes(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """What ships: the trunk on a photo and its mirror image, the finders of faces and of things."""

    def __init__(self, trunk: Trunk, finder: FaceFinder, things: ThingFinder) -> None:
        super().__init__()
        self.trunk, self.finder, self.things = trunk, finder, things

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Map uint8 (1, H, W, 3) to features (n, n, C), the face map (5, 2n, 2n) and the map of
        things (5, n, n)."""
        early = self.trunk.early(torch.cat([pixels, pixels.flip(2)]))
        middle, top = self.trunk.scales(early)
        both = self.trunk.reduced(middle, top)
        features = (both[:1] + both[1:].flip(2)) / 2
        things = self.things(both_ways(middle), both_ways(top))
        return features[0], self.finder(early[:1], features)[0], things[0]


def cover(low: Tensor, high: Tensor, n: int) -> Tensor:
    """Return (..., n) weights that average the cells of [0, 1] between `low` and `high`."""
    edge = torch.arange(n) / n
    far = torch.minimum(high[..., None], edge + 1 / n)
    share = (far - torch.maximum(low[..., None], edge)).clamp(min=0)
    return share / (share.sum(-1, keepdim=True) + 1e-6)


def pooled(maps: Tensor, boxes: Tensor) -> Tensor:
    """Return (P, K, C * 21): cells inside, strips discarded on four sides, the whole photo."""
    n = maps.shape[1]
    step = torch.linspace(0, 1, CELLS + 1)
    xs = boxes[..., 0:1] + (boxes[..., 2:3] - boxes[..., 0:1]) * step
    ys = boxes[..., 1:2] + (boxes[..., 3:4] - boxes[..., 1:2]) * step
    rows = torch.einsum("pkin,pnmd->pkimd", cover(ys[..., :-1], ys[..., 1:], n), maps)
    cells = torch.einsum("pkjm,pkimd->pkijd", cover(xs[..., :-1], xs[..., 1:], n), rows).flatten(2)
    zero = torch.zeros_like(boxes[..., 0])
    one = zero + 1
    across = torch.einsum("pkn,pnmd->pkmd", cover(boxes[..., 1], boxes[..., 3], n), maps)
    down = torch.einsum("pkm,pnmd->pknd", cover(boxes[..., 0], boxes[..., 2], n), maps)

    def strip(of: Tensor, low: Tensor, high: Tensor) -> Tensor:
        # A strip thinner than a tenth fades out: its mean says little and the cut costs little.
        fade = ((high - low) * 10).clamp(max=1)
        return torch.einsum("pkm,pkmd->pkd", cover(low, high, n), of) * fade[..., None]

    strips = [
        strip(across, zero, boxes[..., 0]),
        strip(across, boxes[..., 2], one),
        strip(down, zero, boxes[..., 1]),
        strip(down, boxes[..., 3], one),
    ]
    whole = maps.mean((1, 2))[:, None].expand(-1, boxes.shape[1], -1)
    return torch.cat([cells, *strips, whole], -1)


def geometry(boxes: Tensor, aspect: Tensor) -> Tensor:
    """Return (P, K, 18): margins, size, place, shape."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    width, height = x2 - x1, y2 - y1
    cx, cy = (x1 + x2) / 2 - 0.5, (y1 + y2) / 2 - 0.5
    photo = aspect[:, None].expand_as(width).log()
    shape = (width / height).log() + photo
    area = width * height
    margins = [x1, y1, 1 - x2, 1 - y2]
    size = [width, height, area, area * area]
    place = [cx.abs(), cy, cx**2, cy**2]
    shapes = [shape, shape.abs(), shape**2, photo, torch.maximum(width, height), shape - photo]
    return torch.stack([*margins, *size, *place, *shapes], -1)


def imagenet(trunk: Trunk, path: Path) -> None:
    """Load ImageNet weights into the trunk, folding each batch norm into its convolution."""
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)

    def fold(conv: str, norm: str, into: Conv) -> None:
        gain = state[f"{norm}.weight"] / torch.sqrt(state[f"{norm}.running_var"] + 1e-3)
        into.conv.weight.data = state[f"{conv}.weight"] * gain[:, None, None, None]
        bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain
        cast(nn.Parameter, into.conv.bias).data = bias

    fold("_conv_stem", "_bn0", trunk.stem)
    for index, module in enumerate(trunk.blocks):
        block, prefix = cast(Block, module), f"_blocks.{index}."
        if block.expand is not None:
            fold(prefix + "_expand_conv", prefix + "_bn0", block.expand)
        fold(prefix + "_depthwise_conv", prefix + "_bn1", block.depthwise)
        fold(prefix + "_project_conv", prefix + "_bn2", block.project)
