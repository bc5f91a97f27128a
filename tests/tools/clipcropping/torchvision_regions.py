"""Writes torchvision's numbers that `tools/clipcropping/regions.py` must give.

    python tests/tools/clipcropping/torchvision_regions.py > tests/tools/clipcropping/regions.json

in any environment whose torchvision has its compiled operators (`.ci/servers` makes one).
"""

import json
import math

BOXES = [
    [0.0, 0.0, 1.0, 1.0], [0.1, 0.2, 0.83, 0.9], [0.31, 0.05, 0.5, 0.99], [0.5, 0.5, 0.55, 0.52],
]  # fmt: skip
CHANNELS, HEIGHT, WIDTH, CELLS = 2, 7, 6, 9


def drawn() -> list[list[list[float]]]:
    """Return a map (2, 7, 6) that no symmetry helps with."""
    return [
        [[math.sin(1.7 * c + 2.3 * y + 0.9 * x * x) for x in range(WIDTH)] for y in range(HEIGHT)]
        for c in range(CHANNELS)
    ]


def main() -> None:
    """Print the map's regions inside and outside of the boxes."""
    import torch
    import torchvision
    from torchvision.ops import roi_align

    maps = torch.tensor(drawn(), dtype=torch.float64)
    scale = torch.tensor([WIDTH, HEIGHT, WIDTH, HEIGHT], dtype=torch.float64)
    settings = {"output_size": CELLS, "sampling_ratio": 2, "aligned": True}
    inside = roi_align(maps[None], [torch.tensor(BOXES).double() * scale], **settings)
    outside = []
    for x1, y1, x2, y2 in BOXES:
        left = maps.clone()
        for row in range(HEIGHT):
            for column in range(WIDTH):
                if y1 <= (row + 0.5) / HEIGHT <= y2 and x1 <= (column + 0.5) / WIDTH <= x2:
                    left[:, row, column] = 0
        outside.append(
            roi_align(left[None], [scale.new_tensor([[0, 0, WIDTH, HEIGHT]])], **settings)
        )
    told = {"inside": inside, "outside": torch.cat(outside)}
    rows = {name: [round(v, 7) for v in value.flatten().tolist()] for name, value in told.items()}
    print(json.dumps({"torchvision": torchvision.__version__, **rows}))


if __name__ == "__main__":
    main()
