"""A photograph of a wanted size, made on the spot: real detail, enlarged, with fine grain."""

from pathlib import Path

import numpy as np
from PIL import Image


def sample(folder: Path, width: int, height: int) -> Path:
    """Write a JPEG of width x height pixels (quality 90, 4:2:0) and return its path.

    The picture is scikit-image's astronaut; grain gives the enlarged file the entropy of a
    camera's, so that decoding costs what it costs on real photos.
    """
    from skimage import data

    small = Image.fromarray(data.astronaut())
    rng = np.random.default_rng(0)
    path = folder / f"sample-{width}x{height}.jpg"
    picture = small.resize((width, height), Image.Resampling.BICUBIC)
    grain = rng.normal(0, 4, (512, 512)).astype(np.int16)
    tiles = np.tile(grain, (height // 512 + 1, width // 512 + 1))[:height, :width]
    rows = 256  # in strips: the whole photo as integers would need several times its bytes
    for top in range(0, height, rows):
        box = (0, top, width, min(height, top + rows))
        strip = np.asarray(picture.crop(box), np.int16) + tiles[top : box[3], :, None]
        picture.paste(Image.fromarray(np.clip(strip, 0, 255).astype(np.uint8)), box[:2])
    picture.save(path, quality=90)
    return path
