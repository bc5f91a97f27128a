"""Looks at an animation, spread over its frames, and the frame that stands for all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.budget import MAX_PIXELS
from cropsmith.tools.images.decode import decoding, orientation
from cropsmith.tools.images.thumbnail import Look, fitted, looked
from cropsmith.tools.images.turning import small_level
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.level import Level

MOST = 8
"""Frames that are looked at: what moves, moves through several of them."""

PLAYING = ("GIF", "WEBP", "PNG", "AVIF")
"""Formats whose frames are an animation: TIFF has pages, HEIF and MPO have other pictures."""

CLEARER = 1.25
"""How many times the first frame's detail another must have to stand for the animation."""

BLANK = 12
"""Levels of grey, of 255, between the dark and the light 2 % of a frame that shows nothing: black
before a fade, a white flash."""


@dataclass(frozen=True)
class Moments:
    """What was seen of an animation."""

    looks: tuple[NDArray[np.uint8], ...]
    """Upright sRGB, (H, W, 3), of the frames that show something, in time; at least one."""
    shown: int
    """Number of the frame that stands for all: the first, or one with clearly more detail."""
    looked: int
    """Frames looked at, blank ones counted."""
    frames: int
    """Frames of the animation, as the file states it."""
    reached: int
    """Frames among which the looks are spread: fewer where all would be too many to decode."""
    opacity: NDArray[np.uint8] | None = None
    """0 to 255, (H, W): the most opaque that each pixel ever is; None where a frame fills all."""
    damaged: int | None = None
    """Number of a frame that cannot be decoded, at which looking ended."""

    def straightened(self, level: Level) -> "Moments":
        """Return the looks and the opacity of the straightened animation."""
        sides = [max(look.shape[:2]) for look in self.looks]
        looks = (
            small_level(look, level, fitted(level.size, side))
            for look, side in zip(self.looks, sides, strict=True)
        )
        opacity = self.opacity
        if opacity is not None:
            opacity = small_level(opacity, level, fitted(level.size, max(opacity.shape)))
        return replace(self, looks=tuple(looks), opacity=opacity)


@dataclass(frozen=True)
class Watched:
    """An animation, and its standing frame at the size it is kept at."""

    moments: Moments
    kept: NDArray[np.uint8]


def watched(image: Image.Image, name: str, side: int, kept_side: int) -> Watched | None:
    """Look at an open image's frames, `side` pixels long; None for what is no animation.

    One pass, in which one frame is in memory at a time, and no more pixels are decoded than a
    single photo may have. Call inside `decoding`; UnreadableImage when the first frame cannot be
    decoded, while a later one ends the looking.
    """
    if image.format not in PLAYING or not getattr(image, "is_animated", False):
        return None
    frames = int(image.n_frames)  # type: ignore[attr-defined]
    reached = min(frames, max(1, MAX_PIXELS // (image.width * image.height)))
    turn, size = orientation(image), image.size
    best, number, damaged = -1.0, 0, None
    kept = np.zeros((0, 0, 3), np.uint8)
    looks: list[NDArray[np.uint8]] = []
    opacities: list[NDArray[np.uint8]] = []
    for frame in spread(reached):
        try:
            with decoding(name):
                image.seek(frame)
                if image.size != size:  # a GIF's frame may overrun; it is not cropped either
                    continue
                large = looked(image, kept_side, turn)
        except UnreadableImage:
            if not looks:
                raise
            damaged = frame
            break
        looks.append(np.asarray(_reduced(large.rgb, side)))
        opacities.append(_opacity(large, side))
        clear = 0.0 if blank(looks[-1]) else detail(looks[-1])
        # The first is what a file is known by: it stands where it shows nearly as much.
        if clear > best * (CLEARER if number == 0 else 1):
            best, number, kept = clear, frame, np.asarray(large.rgb)
    opacity = np.max(opacities, axis=0)
    return Watched(
        Moments(
            looks=tuple(pixels for pixels in looks if not blank(pixels)) or tuple(looks[:1]),
            shown=number,
            looked=len(looks),
            frames=frames,
            reached=reached,
            opacity=None if opacity.min() == 255 else opacity,
            damaged=damaged,
        ),
        kept,
    )


def spread(frames: int) -> Sequence[int]:
    """Return the numbers of up to MOST frames, evenly spread, the first and the last among them."""
    return [int(number) for number in np.linspace(0, frames - 1, min(frames, MOST)).round()]


def blank(pixels: NDArray[np.uint8]) -> bool:
    """Tell whether a frame, (H, W, 3), shows nothing."""
    low, high = np.percentile(pixels.mean(axis=2), (2, 98))
    return bool(high - low < BLANK)


def detail(pixels: NDArray[np.uint8]) -> float:
    """Return the mean step between neighbouring pixels of (H, W, 3), in levels."""
    grey = pixels.mean(axis=2)
    steps = [np.abs(np.diff(grey, axis=axis)) for axis in (0, 1)]
    return float(sum(step.mean() for step in steps if step.size))


def _reduced(image: Image.Image, side: int) -> Image.Image:
    size = fitted(Size(width=image.width, height=image.height), side)
    return image.resize((size.width, size.height), Image.Resampling.BILINEAR, reducing_gap=2.0)


def _opacity(look: Look, side: int) -> NDArray[np.uint8]:
    opacity = look.opacity_within(side)
    if opacity is not None:
        return opacity
    size = fitted(Size(width=look.rgb.width, height=look.rgb.height), side)
    return np.full((size.height, size.width), 255, np.uint8)
