"""Pixels of a straightened photo: one resampling, at the depth and in the mode that they have."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.level import Level

MARGIN = 4
"""Pixels beside a place that are needed to interpolate it (Lanczos, eight in a row)."""
TILE = 2048
"""Side of what is turned at once: OpenCV knows no side of 32 768 pixels, and memory stays small."""


def turned_array(
    pixels: NDArray[Any], level: Level, box: PixelBox, place: PixelBox
) -> NDArray[Any]:
    """Return a box of the level photo, (H, W) or (H, W, C), of the depth of `pixels`.

    `pixels` are those of `place`, a box of the upright photo that has `level.around(box)` in it.
    Integers are rounded and clipped. Every pixel comes from inside the photo: at its very edge the
    outermost pixels count on.
    """
    wide, high = box.size.width, box.size.height
    out = np.empty((high, wide, *pixels.shape[2:]), pixels.dtype)
    for top in range(0, high, TILE):
        for left in range(0, wide, TILE):
            tile = PixelBox(
                left=box.left + left,
                top=box.top + top,
                right=box.left + min(wide, left + TILE),
                bottom=box.top + min(high, top + TILE),
            )
            down, across = slice(top, top + tile.size.height), slice(left, left + tile.size.width)
            out[down, across] = _tile(pixels, level, tile, place)
    return out


def _tile(pixels: NDArray[Any], level: Level, tile: PixelBox, place: PixelBox) -> NDArray[Any]:
    near = level.around(tile, MARGIN)
    x1, y1 = max(0, near.left - place.left), max(0, near.top - place.top)
    source = pixels[y1 : near.bottom - place.top, x1 : near.right - place.left]
    # Middles of pixels: (0.5, 0.5) of the tile is (0, 0) of its array.
    across, down = place.left + x1 + 0.5, place.top + y1 + 0.5
    ends = [level.to_upright(tile.left + u + 0.5, tile.top + v + 0.5) for u, v in _CORNER]
    (x0, y0), (xu, yu), (xv, yv) = ((x - across, y - down) for x, y in ends)
    matrix = np.array([[xu - x0, xv - x0, x0], [yu - y0, yv - y0, y0]])
    return _warped(source, matrix, tile.size)


_CORNER = ((0, 0), (1, 0), (0, 1))


def _warped(source: NDArray[Any], matrix: NDArray[np.float64], size: Size) -> NDArray[Any]:
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    given = np.ascontiguousarray(source)
    if given.dtype not in (np.uint8, np.uint16, np.float32, np.float64):
        given = given.astype(np.float64)
    made = cv2.warpAffine(
        given, matrix, (size.width, size.height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    made = made.reshape(size.height, size.width, *source.shape[2:])
    if made.dtype == source.dtype:
        return np.asarray(made)
    low, high = np.iinfo(source.dtype).min, np.iinfo(source.dtype).max
    return np.asarray(np.clip(np.rint(made), low, high), dtype=source.dtype)


def turned_image(image: Image.Image, level: Level, box: PixelBox, place: PixelBox) -> Image.Image:
    """Do what `turned_array` does to an image of any mode.

    Palettes and black and white become colours and greys, which have tones between; transparency
    is premultiplied meanwhile, so that no hidden colour seeps in.
    """
    plain = _with_tones(image)
    between = {"RGBA": "RGBa", "LA": "La"}.get(plain.mode)
    given = np.asarray(plain.convert(between) if between else plain)
    made = turned_array(given, level, box, place)
    if between:
        # A ringing colour must not be brighter than its own opacity.
        made = np.minimum(made, made[..., -1:])
    turned = _as_image(made, between or plain.mode)
    turned = turned.convert(plain.mode) if between else turned
    turned.info = dict(plain.info)
    return turned


def _as_image(pixels: NDArray[Any], mode: str) -> Image.Image:
    if mode in ("I", "F", "I;16", "L"):
        return Image.fromarray(pixels)
    high, wide = pixels.shape[:2]
    return Image.frombytes(mode, (wide, high), np.ascontiguousarray(pixels).tobytes())


def _with_tones(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or ("transparency" in image.info and image.mode in ("L", "RGB")):
        see_through = image.has_transparency_data
        plain = image.convert("RGBA" if see_through else "RGB")
        plain.info.pop("transparency", None)
        return plain
    if image.mode.startswith("I;16") and image.mode != "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16))
    return image


def small_level(pixels: NDArray[np.uint8], level: Level, size: Size) -> NDArray[np.uint8]:
    """Return the whole level photo at `size` from the whole upright one, both (H, W, ...)."""
    scales = size.width / level.size.width, size.height / level.size.height
    shares = pixels.shape[1] / level.upright.width, pixels.shape[0] / level.upright.height
    ends = [level.to_upright((u + 0.5) / scales[0], (v + 0.5) / scales[1]) for u, v in _CORNER]
    (x0, y0), (xu, yu), (xv, yv) = ((x * shares[0] - 0.5, y * shares[1] - 0.5) for x, y in ends)
    matrix = np.array([[xu - x0, xv - x0, x0], [yu - y0, yv - y0, y0]])
    made = cv2.warpAffine(
        pixels, matrix, (size.width, size.height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    made.setflags(write=False)
    return np.asarray(made, dtype=np.uint8)
