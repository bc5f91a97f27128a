"""From a decoded image of any mode to the small upright RGB that is looked at."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from cropsmith.tools.images.decode import orientation, turned
from cropsmith.tools.schema.geometry import Size

PAPER = (255, 255, 255)
"""What transparent parts are laid on, unless the visible part is as bright."""

DARK = (64, 64, 64)
"""What a nearly white picture with transparency is laid on."""


@dataclass(frozen=True)
class Look:
    """A small upright picture."""

    rgb: Image.Image
    """sRGB; transparent parts laid on paper."""
    opacity: Image.Image | None = None
    """0 transparent to 255 opaque, of the same size; None where all is opaque."""

    def opacity_within(self, side: int) -> NDArray[np.uint8] | None:
        """Return the opacity, (H, W), at most `side` cells long, each the mean of its pixels."""
        if self.opacity is None:
            return None
        size = fitted(Size(width=self.opacity.width, height=self.opacity.height), side)
        return np.asarray(self.opacity.resize((size.width, size.height), Image.Resampling.BOX))


def small_rgb(image: Image.Image, long_side: int) -> Image.Image:
    """Return upright sRGB, at most `long_side` pixels a side; consumes the image like `looked`."""
    return looked(image, long_side).rgb


def looked(image: Image.Image, long_side: int, turn: int | None = None) -> Look:
    """Return an upright look, at most `long_side` pixels a side; never enlarged.

    The order keeps it cheap: the decoder's own reduction, then a resize, and only then
    transparency, colour management and rotation. Consumes the image: its pixels may be reduced.
    `turn` is the EXIF orientation where it is known already.
    """
    turn = orientation(image) if turn is None else turn
    stored = fitted(Size(width=image.width, height=image.height), long_side)
    # JPEG: the smallest DCT scale (1/8 .. 1/1) that still has all the pixels asked for.
    image.draft(None, (stored.width, stored.height))
    plain = as_eight_bit(image)
    if plain.size != (stored.width, stored.height):
        plain = plain.resize(
            (stored.width, stored.height), Image.Resampling.BILINEAR, reducing_gap=2.0
        )
    rgb = turned(_as_srgb(plain, image.info.get("icc_profile")), turn)
    opacity = plain.getchannel("A") if plain.mode == "RGBA" else None
    if opacity is None or opacity.getextrema() == (255, 255):
        return Look(rgb)
    return Look(rgb, turned(opacity, turn))


def fitted(size: Size, long_side: int) -> Size:
    """Return the size shrunk to a long side of at most `long_side`, at least 1x1."""
    scale = min(1.0, long_side / max(size.width, size.height))
    return Size(width=max(1, round(size.width * scale)), height=max(1, round(size.height * scale)))


def as_eight_bit(image: Image.Image) -> Image.Image:
    """Return the image in one of L, RGB, RGBA, CMYK, LAB: modes that can be resized."""
    image.load()
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return Image.fromarray(_eight_bits(np.asarray(image)))
    if image.mode in ("L", "RGB", "RGBA", "CMYK", "LAB"):
        if "transparency" in image.info and image.mode in ("L", "RGB"):
            return image.convert("RGBA")
        return image
    if image.mode == "1":
        return image.convert("L")
    transparent = image.has_transparency_data
    return image.convert("RGBA" if transparent else "RGB")


def _eight_bits(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale deep values: the power of two that holds them for integers, min to max for floats.

    Raw converters store 10, 12 and 14 bits in 16; read as 16 they would be nearly black.
    """
    deep = np.nan_to_num(np.asarray(values, dtype=np.float32), posinf=0.0, neginf=0.0)
    low, high = float(deep.min()), float(deep.max())
    if np.issubdtype(values.dtype, np.floating):
        if low < 0 or high > 1:
            deep = (deep - low) / max(high - low, 1e-12)
        return np.asarray(deep * 255 + 0.5, dtype=np.uint8)
    bits = max(8, int(max(high, 1)).bit_length())
    return np.asarray(np.clip(deep, 0, None) * (255 / (2**bits - 1)) + 0.5, dtype=np.uint8)


def _as_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if image.mode == "RGBA":
        return _composited(image)
    if image.mode == "LAB" or (profile and image.mode in ("RGB", "CMYK")):
        transform = _to_srgb(profile, image.mode)
        if transform is not None:
            return transform.apply(image)
    if image.mode == "LAB":  # no conversion without littleCMS: lightness alone is still a picture
        return image.getchannel(0).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _composited(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image)
    visible = pixels[..., 3] > 127
    bright = visible.any() and float(pixels[..., :3][visible].mean()) > 230
    ground = Image.new("RGBA", image.size, DARK if bright and not visible.all() else PAPER)
    return Image.alpha_composite(ground, image).convert("RGB")


@lru_cache(maxsize=16)
def _to_srgb(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform of a profile to sRGB; None where there is nothing to do or it fails."""
    if mode == "RGB" and b"sRGB" in (profile or b""):
        return None
    try:
        source = (
            ImageCms.createProfile("LAB")
            if mode == "LAB"
            else ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
        )
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except Exception:  # a broken profile is no reason to refuse a good photo
        return None
