"""Frames to the bytes of a file, with everything the original had that the format can carry."""

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from cropsmith.errors import OutputError
from cropsmith.tools.images.decode import FORMATS
from cropsmith.tools.images.frames import Frames
from cropsmith.tools.images.tiff_file import metadata_tags, page_of, tiff_file
from cropsmith.tools.metadata.bmff import with_colours
from cropsmith.tools.metadata.chunk_entries import gif_with_profile, gif_with_xmp
from cropsmith.tools.metadata.iptc import HEADER, RECORDS, resource_block
from cropsmith.tools.metadata.metadata import Metadata

QUALITY = {"JPEG": 95, "WEBP": 90, "AVIF": 90, "HEIF": 90}
"""Where the original gives no coding to repeat."""

TIFF_COMPRESSIONS = frozenset({"raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"})
"""Repeated in the crop; others (fax, old JPEG) become deflate."""

SEGMENT = 65533


@dataclass(frozen=True)
class Encoded:
    """A file, and what of the original it could not hold."""

    data: bytes
    notes: tuple[str, ...] = ()


def encode_frames(frames: Frames, format: str, quality: int | None = None) -> Encoded:
    """Return the file. OutputError when this build of Pillow cannot write the format."""
    try:
        if format == "TIFF":
            return _tiff(frames, quality)
        return _encoded(frames, format, quality)
    except KeyError as error:
        raise OutputError(f"{format} cannot be written by this installation of Pillow.") from error
    except (OSError, ValueError, RuntimeError, struct.error) as error:
        raise OutputError(f"The crop cannot be stored as {format}: {error}.") from error


def idle_quality(format: str, quality: int | None) -> tuple[str, ...]:
    """Say that a quality was asked of a format that has none."""
    return () if quality is None else (f"The quality is idle: {format} has none to choose.",)


def _encoded(frames: Frames, format: str, quality: int | None) -> Encoded:
    options = _OPTIONS[format](frames, quality)
    notes = _too_long(options, frames.metadata) if format == "JPEG" else ()
    notes = (*notes, *_colour_notes(frames.metadata, format))
    if format not in QUALITY:
        notes = (*notes, *idle_quality(format, quality))
    first, *others = frames.images
    # Pillow looks at `info` for what is not given, such as a stale profile or transparency.
    first.info = {k: v for k, v in first.info.items() if k in ("transparency", "background")}
    if others or frames.durations:
        options |= {"save_all": True, "append_images": others}
    if format == "HEIF":
        _register_heif()
    file = io.BytesIO()
    first.save(file, format, **options)
    return Encoded(_completed(file.getvalue(), format, frames), notes)


def _completed(data: bytes, format: str, frames: Frames) -> bytes:
    """Return the file with what Pillow cannot write."""
    metadata = frames.metadata
    if format == "PNG":
        return with_png_chunks(data, png_colour_chunks(frames.chunks, metadata))
    if format == "GIF" and metadata.icc:
        data = gif_with_profile(data, metadata.icc)
    if format == "GIF" and metadata.xmp:
        return gif_with_xmp(data, metadata.xmp)
    if format in ("HEIF", "AVIF") and metadata.nclx:
        return with_colours(data, *metadata.nclx)
    return data


def _colour_notes(metadata: Metadata, format: str) -> tuple[str, ...]:
    if metadata.nclx is None or format in ("HEIF", "AVIF", "PNG") or is_plain(metadata.nclx):
        return ()
    return (
        f"What its colours mean (H.273: {metadata.nclx[0]}, {metadata.nclx[1]}) cannot be stored as"
        f" {format}.",
    )


def is_plain(nclx: tuple[int, int]) -> bool:
    """Tell whether primaries and transfer are those of sRGB, or not said (ITU-T H.273)."""
    return nclx[0] in (1, 2) and nclx[1] in (1, 2, 6, 13)


def _register_heif() -> None:
    import importlib

    importlib.import_module(FORMATS["HEIF"]).register_heif_opener()


def _jpeg(frames: Frames, quality: int | None) -> dict[str, Any]:
    metadata, coding = frames.metadata, frames.coding
    options = _common(metadata)
    options |= {"xmp": metadata.xmp or b"", "comment": metadata.comment or b""}
    options["extra"] = jpeg_app13(metadata)
    if quality is not None or coding is None:
        return options | {"quality": quality or QUALITY["JPEG"], "subsampling": 0}
    return options | {
        "qtables": [list(table) for table in coding.tables],
        "subsampling": coding.subsampling,
        "progressive": coding.progressive,
        "keep_rgb": coding.rgb,
    }


def _too_long(options: dict[str, Any], metadata: Metadata) -> tuple[str, ...]:
    """Leave out what no JPEG segment can hold, which can come from other formats only."""
    notes = []
    if metadata.iptc and not options["extra"]:
        notes.append("The IPTC was left out, because it is too long for a JPEG.")
    for key, name in (("exif", "EXIF"), ("xmp", "XMP"), ("comment", "comment")):
        if len(options.get(key) or b"") > SEGMENT - 33:
            options[key] = b""
            notes.append(f"The {name} was left out, because it is too long for a JPEG.")
    return tuple(notes)


def jpeg_app13(metadata: Metadata) -> bytes:
    """Return the segment with IPTC and rights alone: Photoshop's other resources hold previews.

    Empty where there are none, or where they are too long for a segment.
    """
    iptc = ((RECORDS, metadata.iptc),) if metadata.iptc else ()
    body = HEADER + resource_block((*iptc, *metadata.rights))
    if len(body) == len(HEADER) or len(body) > SEGMENT:
        return b""
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def _png(frames: Frames, quality: int | None) -> dict[str, Any]:
    options = _common(frames.metadata)
    chunks = PngImagePlugin.PngInfo()
    for key, value in frames.text:
        chunks.add_itxt(key, value) if not value.isascii() else chunks.add_text(key, value)
    if frames.metadata.xmp:
        packet = frames.metadata.xmp.decode("utf-8", "replace")
        chunks.add_itxt("XML:com.adobe.xmp", packet)
    options["pnginfo"] = chunks
    if frames.durations:
        options |= {"duration": list(frames.durations), "loop": frames.loop or 0, "blend": 0}
        options["default_image"] = frames.default_image
    return options


def with_png_chunks(data: bytes, chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Put chunks after the header chunk, which ends at byte 33 (PNG 3, section 5.6)."""
    made = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    ]
    return data[:33] + b"".join(made) + data[33:]


def png_colour_chunks(
    own: Sequence[tuple[bytes, bytes]], metadata: Metadata
) -> list[tuple[bytes, bytes]]:
    """Return the chunks that say what the colours mean: a PNG's own, or those of a HEIC or AVIF."""
    if metadata.nclx and not own and not is_plain(metadata.nclx):
        return [(b"cICP", bytes([*metadata.nclx, 0, 1]))]
    return list(own)


def _webp(frames: Frames, quality: int | None) -> dict[str, Any]:
    options = _common(frames.metadata) | {"method": 4}
    if frames.metadata.xmp:
        options["xmp"] = frames.metadata.xmp
    if frames.lossless and quality is None:
        options |= {"lossless": True, "quality": 80, "exact": True}
    else:
        options["quality"] = quality or QUALITY["WEBP"]
    if frames.durations:
        options |= {"duration": [round(d) for d in frames.durations], "loop": frames.loop or 0}
    return options


def _avif(frames: Frames, quality: int | None) -> dict[str, Any]:
    options = _common(frames.metadata) | {"quality": quality or QUALITY["AVIF"]}
    if frames.metadata.xmp:
        options["xmp"] = frames.metadata.xmp
    if frames.durations:
        options["duration"] = [round(d) for d in frames.durations]
    return options


def _heif(frames: Frames, quality: int | None) -> dict[str, Any]:
    options = _common(frames.metadata) | {"quality": quality or QUALITY["HEIF"]}
    options["exif"] = options["exif"] or None  # libheif refuses an empty block
    if frames.metadata.xmp:
        options["xmp"] = frames.metadata.xmp
    return options


def _tiff(frames: Frames, quality: int | None) -> Encoded:
    mode, compression = frames.images[0].mode, frames.compression
    if compression == "group4" and mode == "1":
        pass
    elif compression not in TIFF_COMPRESSIONS or (
        compression == "jpeg" and mode not in ("L", "RGB")
    ):
        compression = "tiff_adobe_deflate"
    chosen = (quality or QUALITY["JPEG"]) if compression == "jpeg" else None
    pages = [page_of(image, compression, chosen) for image in frames.images]
    plain = replace(frames.metadata, exif=None)
    idle = idle_quality("TIFF", quality) if chosen is None else ()
    try:
        return Encoded(tiff_file(pages, metadata_tags(frames.metadata)), idle)
    except Exception:  # Pillow raises anything on tags of the wrong type or count
        if plain == frames.metadata:
            raise
    note = "EXIF was left out, because it cannot be written as TIFF."
    return Encoded(tiff_file(pages, metadata_tags(plain)), (note, *idle))


def _gif(frames: Frames, quality: int | None) -> dict[str, Any]:
    comment = {"comment": frames.metadata.comment} if frames.metadata.comment else {}
    if not frames.durations:
        return comment
    clear = any(image.has_transparency_data for image in frames.images)
    # Every frame is whole; a frame with holes must not show the one before it through them.
    options: dict[str, Any] = comment | {
        "duration": [round(d) for d in frames.durations],
        "disposal": 2 if clear else 1,
        "optimize": False,
    }
    return options if frames.loop is None else options | {"loop": frames.loop}


def _plain(frames: Frames, quality: int | None) -> dict[str, Any]:
    return {"dpi": frames.metadata.dpi} if frames.metadata.dpi else {}


def _jpeg2000(frames: Frames, quality: int | None) -> dict[str, Any]:
    return {}  # reversible: Pillow's default keeps every bit


_OPTIONS: dict[str, Callable[[Frames, int | None], dict[str, Any]]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "AVIF": _avif,
    "HEIF": _heif,
    "GIF": _gif,
    "BMP": _plain,
    "PPM": lambda frames, quality: {},
    "JPEG2000": _jpeg2000,
}


def _common(metadata: Metadata) -> dict[str, Any]:
    options: dict[str, Any] = {"icc_profile": metadata.icc, "exif": b""}
    if metadata.exif:
        options["exif"] = b"Exif\0\0" + metadata.exif
    if metadata.dpi:
        options["dpi"] = metadata.dpi
    return options


def exact_palette(image: Image.Image) -> Image.Image:
    """Return a GIF frame in mode P, with its very colours where 255 suffice."""
    if image.mode in ("P", "L"):
        return image
    pixels = np.asarray(image.convert("RGBA")).copy()
    clear = pixels[..., 3] < 128
    pixels[clear] = 0
    pixels[~clear, 3] = 255
    packed = pixels.view(np.uint32)[..., 0]
    colours, places = np.unique(packed, return_inverse=True)
    if len(colours) > 256:
        return _quantised(pixels, clear)
    frame = Image.fromarray(places.reshape(packed.shape).astype(np.uint8))
    table = colours.view(np.uint8).reshape(-1, 4)
    frame.putpalette(table[:, :3].tobytes())
    if clear.any():
        frame.info["transparency"] = int(np.flatnonzero(table[:, 3] == 0)[0])
    return frame


def _quantised(pixels: np.ndarray[Any, np.dtype[np.uint8]], clear: Any) -> Image.Image:
    frame = Image.fromarray(np.ascontiguousarray(pixels[..., :3])).quantize(
        255, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG
    )
    if clear.any():
        indices = np.asarray(frame).copy()
        indices[clear] = 255
        palette = (frame.getpalette() or [])[: 255 * 3]
        frame = Image.fromarray(indices)
        frame.putpalette(palette + [0] * (768 - len(palette)))
        frame.info["transparency"] = 255
    return frame
