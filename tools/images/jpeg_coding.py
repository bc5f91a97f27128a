"""How a JPEG was compressed, so that its crop is compressed in the same way, no better or worse."""

from dataclasses import dataclass

from PIL import Image, JpegImagePlugin

Table = tuple[int, ...]
"""64 quantisation steps, row by row."""


@dataclass(frozen=True)
class JpegCoding:
    """Quantisation tables, chroma subsampling and scan order of a JPEG."""

    tables: tuple[Table, ...]
    subsampling: int
    """Pillow's: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0."""
    progressive: bool = False
    rgb: bool = False
    """Stored as RGB, without the usual conversion to luma and chroma."""


def jpeg_coding(image: Image.Image, orientation: int) -> JpegCoding | None:
    """Return the coding of a JPEG for its upright crop; None for other formats.

    A photo that is turned by a quarter has its tables and its subsampling turned with it.
    """
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not image.quantization:
        return None
    quarter = orientation >= 5
    tables = [tuple(image.quantization[key]) for key in sorted(image.quantization)]
    if not all(len(table) == 64 and min(table) > 0 for table in tables):
        return None
    return JpegCoding(
        tables=tuple(_transposed(table) if quarter else table for table in tables),
        subsampling=_subsampling(image, quarter),
        progressive=bool(image.info.get("progressive")),
        rgb=image.mode == "RGB" and image.info.get("adobe_transform") == 0,
    )


def _transposed(table: Table) -> Table:
    return tuple(table[8 * column + row] for row in range(8) for column in range(8))


def _subsampling(image: JpegImagePlugin.JpegImageFile, quarter: bool) -> int:
    """Return the original's subsampling, or the nearest finer one that Pillow can write."""
    if len(image.layer) < 3:
        return 0
    (_, luma_x, luma_y, *_), *chroma = image.layer
    finest = max(c[1] for c in chroma), max(c[2] for c in chroma)
    across, down = luma_x // finest[0], luma_y // finest[1]
    if quarter:
        across, down = down, across
    if across >= 2 and down >= 2:
        return 2
    return 1 if across >= 2 else 0
