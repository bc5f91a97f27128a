"""Common croppers: smartcrop.py and libvips, given the ratio, or 90 % of each side when free.

Neither chooses a size by itself. Free, they place the window that the centred baseline uses; with
a ratio they place the largest box. (Letting smartcrop choose a smaller one makes it worse.)
"""

from collections.abc import Callable

from cropsmith.errors import MissingExtra
from cropsmith.evals.baselines.geometry import maximal
from cropsmith.evals.trial import Trial
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box, PixelBox, Size

FREE_SHARE = 0.9
LONG_SIDE = 1600
"""Pixels shown to the croppers: beyond the size of every benchmark's photos."""


def asked_size(trial: Trial, width: int, height: int) -> Size:
    """Return the size of the window to place, in pixels of a picture of this size."""
    if trial.ratio:
        share = maximal(trial.ratio, trial)
    else:
        share = (FREE_SHARE, FREE_SHARE)
    return Size(width=max(1, round(width * share[0])), height=max(1, round(height * share[1])))


def smartcrop(trial: Trial) -> Box:
    """Place the window by smartcrop.py (edges, skin, saturation)."""
    try:
        from smartcrop import SmartCrop
    except ImportError as error:
        raise MissingExtra("The smartcrop baseline", "eval") from error
    from PIL import Image

    picture = Image.fromarray(open_photo(trial.path).pixels(LONG_SIDE))
    size = asked_size(trial, *picture.size)
    scale = 1.0 if trial.ratio else FREE_SHARE
    found = SmartCrop().crop(picture, size.width, size.height, min_scale=scale, max_scale=scale)
    top = found["top_crop"]
    corners = (top["x"], top["y"], top["x"] + top["width"], top["y"] + top["height"])
    width, height = picture.size
    x1, y1, x2, y2 = corners
    return Box.of((x1 / width, y1 / height, x2 / width, y2 / height))


def vips(interesting: str) -> Callable[[Trial], Box]:
    """Return a predictor by libvips' smartcrop: "attention" or "entropy"."""

    def predict(trial: Trial) -> Box:
        try:
            import pyvips
        except ImportError as error:
            raise MissingExtra("The libvips baseline", "eval") from error

        pixels = open_photo(trial.path).pixels(LONG_SIDE)
        picture = pyvips.Image.new_from_array(pixels)
        size = asked_size(trial, picture.width, picture.height)
        cut = picture.smartcrop(size.width, size.height, interesting=interesting)
        # libvips notes where the crop lies as negative offsets.
        left, top = -cut.xoffset, -cut.yoffset
        box = PixelBox(left=left, top=top, right=left + size.width, bottom=top + size.height)
        return box.normalised(Size(width=picture.width, height=picture.height))

    return predict
