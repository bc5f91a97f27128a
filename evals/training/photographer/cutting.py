"""How often a shape cuts or loses the largest person or animal, with the eye's suspicion or not.

    python -m cropsmith.evals.training.photographer.cutting GROUNDING

GROUNDING holds `photos/` and `annotations.json` with true boxes. One row a photo and shape of which
a box can hold the thing whole; brackets are 95 % bootstrap intervals over photos.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.geometry import Box, Boxes
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen, see

SHAPES = tuple(map(Ratio.parse, ("1:1", "4:5", "16:9", "9:16", "3:2")))
KINDS = (
    "person", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe",
)  # fmt: skip
SMALLEST = 0.02
"""Share of the photo from which a person or an animal counts."""
LOST, WHOLE = 0.05, 0.9
"""Share inside below which it is lost, and from which it is whole."""
DRAWS = 1000


def fits(box: Box, ratio: Ratio, aspect: float) -> bool:
    """Tell whether a crop of this ratio can hold the box, on a photo of this width / height."""
    shape = ratio.value / aspect
    return box.width <= min(1, shape) and box.height <= min(1, 1 / shape)


def inside(crops: Boxes, box: Box) -> NDArray[np.float64]:
    """Return the share of the box in each crop, (N,)."""
    return np.array([Box.of(crop).overlap(box) / box.area for crop in crops])


def crops_of(pixels: NDArray[np.uint8], seen: Seen, shapes: list[Ratio]) -> Boxes:
    """Return the built-in photographer's crop at each shape, (N, 4)."""
    sight = Sight(pixels, seen)
    return np.stack([propose(sight, shape, 1)[0] for shape in shapes])


def main(folder: Path) -> None:
    """Print the shares without and with the suspicion."""
    rows: list[NDArray[np.float64]] = []
    for photo in json.loads((folder / "annotations.json").read_text()):
        size = np.array([photo["width"], photo["height"]] * 2)
        boxes = [Box.of(o["box"] / size) for o in photo["objects"] if o["class"] in KINDS]
        main_box = max(boxes, key=lambda box: box.area, default=None)
        if main_box is None or main_box.area < SMALLEST:
            continue
        pixels = open_photo(folder / "photos" / photo["file"]).pixels(SIGHT_SIDE)
        aspect = pixels.shape[1] / pixels.shape[0]
        shapes = [shape for shape in SHAPES if fits(main_box, shape, aspect)]
        if shapes:
            seen = see(pixels)
            nothing = replace(seen, things=np.full_like(seen.things, -20))
            both = [crops_of(pixels, of, shapes) for of in (nothing, seen)]
            rows.append(np.stack([inside(crops, main_box) for crops in both]))
    random = np.random.default_rng(0)
    print(f"{len(rows)} photos, {sum(row.shape[1] for row in rows)} crops")
    drawn = [random.integers(0, len(rows), len(rows)) for _ in range(DRAWS)]
    for name, low, high in (("cut", LOST, WHOLE), ("lost", -1.0, LOST), ("whole", WHOLE, 2.0)):
        told = []
        for which in (range(len(rows)), *drawn):
            shares = np.concatenate([rows[i] for i in which], 1)
            told.append(((shares >= low) & (shares < high)).mean(1))
        every = np.array(told)
        gain = np.percentile(every[1:, 1] - every[1:, 0], [2.5, 97.5])
        print(
            f"{name}: without {every[0, 0]:.3f}, with {every[0, 1]:.3f},"
            f" difference [{gain[0]:+.3f}, {gain[1]:+.3f}]"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
