"""One budget of pixels: over a frame, all frames or pages, their depth, and what is written."""

from cropsmith.errors import UnreadableImage, UsageError
from cropsmith.tools.sandbox.limits import Limits
from cropsmith.tools.schema.geometry import PixelBox, Size

MAX_PIXELS = 250_000_000
"""Of one frame: more than any camera's (200 MP), less than a decompression bomb's."""

MAX_JOINED_PIXELS = 600_000_000
"""Of a panorama that is joined of many photos: allowed to a file that is as large as one."""

PIXELS_A_BYTE = 150
"""At most, in an honest file. A JPEG cannot have many more, and photos have 5 to 20; bombs of other
formats have thousands."""

MAX_SIDE = 100_000
"""Longest side of one frame."""

MAX_FRAMES = 5_000

MAX_FRAME_PIXELS = 1_000_000_000
"""Pixels decoded over all frames of an animation or pages, one after another."""

MAX_KEPT_PIXELS = 150_000_000
"""Pixels of the crops of all frames, which are held at once."""

MAX_DEEP_BYTES = 1_000_000_000
"""Of all pages of 16-bit colour, which are held at once: 125 megapixels with transparency."""

MEMORY = 1_100 * 2**20
"""Bytes that a worker may take for a small file. A decoded frame of MAX_PIXELS fits in."""

LARGE_FILE = 4 * 2**20
MEMORY_A_BYTE = 64
MOST_MEMORY = 5 * 2**30
"""A large file may take more: so much for each byte beyond the first few, and no more."""

SECONDS = 8.0
MOST_SECONDS = 240.0
"""Of CPU: for a file of no size, with a second for each MiB, and at most."""

WRITING = {"HEIF": 8.0}
WRITING_OTHERS = 0.5
"""Seconds of CPU for each megapixel written. HEVC took 3 in photos at quality 90; of the others the
slowest are lossless WebP and AVIF."""


def check_size(size: Size, name: str, file_bytes: int) -> None:
    """UnreadableImage when a frame of this size would be a danger to decode."""
    pixels = size.width * size.height
    joined = pixels <= MAX_JOINED_PIXELS and pixels <= PIXELS_A_BYTE * file_bytes
    if (pixels > MAX_PIXELS and not joined) or max(size.width, size.height) > MAX_SIDE:
        raise UnreadableImage(
            f"{name} claims {size.width}x{size.height} pixels, more than cropsmith decodes.",
            hint=f"The limit is {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} a side.",
        )


def check_frames(size: Size, box: PixelBox, frames: int, name: str) -> None:
    """UnreadableImage when so many frames of a size are too many to decode, or to keep `box` of."""
    whole = size.width * size.height * frames
    kept = box.size.width * box.size.height * frames
    if frames > MAX_FRAMES or whole > MAX_FRAME_PIXELS or kept > MAX_KEPT_PIXELS:
        raise UnreadableImage(
            f"{name} has more than {frames - 1} frames of {size.width}x"
            f"{size.height} pixels, too many to crop."
        )


def check_deep(sizes: list[Size], channels: int, name: str) -> None:
    """UnreadableImage when pages of 16-bit colour are more than can be held at once."""
    if len(sizes) > MAX_FRAMES:
        raise UnreadableImage(f"{name} has more than {MAX_FRAMES} pages, too many to crop.")
    pixels = sum(size.width * size.height for size in sizes)
    if 2 * channels * pixels > MAX_DEEP_BYTES:
        raise UnreadableImage(
            f"{name} has {pixels / 1e6:.0f} megapixels of 16-bit colour on {len(sizes)} "
            f"{'page' if len(sizes) == 1 else 'pages'}, more than cropsmith decodes."
        )


def check_output(size: Size) -> None:
    """UsageError when a picture of this size is more than is written."""
    if size.width * size.height > MAX_PIXELS or max(size.width, size.height) > MAX_SIDE:
        raise UsageError(
            f"A picture of {size.width}x{size.height} pixels is larger than cropsmith writes.",
            hint=f"The limit is {MAX_PIXELS // 1_000_000} megapixels and {MAX_SIDE} a side.",
        )


def limits_for(
    file_bytes: int,
    photo: Size | None = None,
    format: str = "",
    output: Size | None = None,
    times: int = 1,
    target: str = "",
) -> Limits:
    """Return what work on a file of so many bytes may take, and the writing of `output`.

    A small file gets little, whatever it claims to be; an honest large one what it needs. `photo`
    is the size of one that was opened, of a Pillow `format`. `times` is how many pictures of
    `output` are written (frames, and tries of a quality), in the format `target`.
    """
    memory = MEMORY + 2 * file_bytes + MEMORY_A_BYTE * max(0, file_bytes - LARGE_FILE)
    pixels = 0 if photo is None else photo.width * photo.height
    if format == "JPEG" and pixels <= PIXELS_A_BYTE * file_bytes:
        # Pillow holds four bytes a pixel, and the crop beside the photo.
        memory = max(memory, MEMORY // 4 + 8 * pixels)
    written = 0 if output is None else output.width * output.height * times / 1e6
    return Limits(
        memory=min(MOST_MEMORY, memory),
        seconds=min(
            MOST_SECONDS,
            SECONDS + file_bytes / 2**20 + written * WRITING.get(target, WRITING_OTHERS),
        ),
    )
