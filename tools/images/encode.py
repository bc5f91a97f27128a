"""Frames to the bytes of a file, with everything the original had that the format can carry."""

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PIL import Image, PngImagePlugin

from cropsmith.errors import OutputError
from cropsmith.tools.images.decode import FORMATS
from cropsmith.tools.images.frames import Frames
from cropsmith.tools.images.metadata import Metadata
from cropsmith.tools.images.tiff_file import metadata_tags, page_of, tiff_file

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


def _encoded(frames: Frames, format: str, quality: int | None) -> Encoded:
    options = _OPTIONS[format](frames, quality)
    notes = _too_long(options) if format == "JPEG" else ()
    first, *others = frames.images
    # Pillow looks at `info` for what is not given, such as a stale profile or transparency.
    first.info = {k: v for k, v in first.info.items() if k in ("transparency", "background")}
    if others or frames.durations:
        options |= {"save_all": True, "append_images": others}
    if format == "HEIF":
        _register_heif()
    file = io.BytesIO()
    first.save(file, format, **options)
    return Encoded(file.getvalue(), notes)


def _register_heif() -> None:
    import importlib

    importlib.import_module(FORMATS["HEIF"]).register_heif_opener()


def _jpeg(frames: Frames, quality: int | None) -> dict[str, Any]:
    metadata, coding = frames.metadata, frames.coding
    options = _common(metadata)
    options |= {"xmp": metadata.xmp or b"", "comment": metadata.comment or b""}
    if metadata.iptc:
        options["extra"] = jpeg_app13(metadata.iptc)
    if quality is not None or coding is None:
        return options | {"quality": quality or QUALITY["JPEG"], "subsampling": 0}
    return options | {
        "qtables": [list(table) for table in coding.tables],
        "subsampling": coding.subsampling,
        "progressive": coding.progressive,
        "keep_rgb": coding.rgb,
    }


def _too_long(options: dict[str, Any]) -> tuple[str, ...]:
    """Leave out what no JPEG segment can hold, which can come from other formats only."""
    notes = []
    for key, name in (("exif", "EXIF"), ("xmp", "XMP"), ("comment", "comment"), ("extra", "IPTC")):
        if len(options.get(key) or b"") > SEGMENT - 33:
            options[key] = b""
            notes.append(f"The {name} was left out, because it is too long for a JPEG.")
    return tuple(notes)


def jpeg_app13(iptc: bytes) -> bytes:
    """Return the segment with IPTC alone: Photoshop's other resources hold previews."""
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def _png(frames: Frames, quality: int | None) -> dict[str, Any]:
    options = _common(frames.metadata)
    chunks = PngImagePlugin.PngInfo()
    for key, value in frames.text:
        chunks.add_itxt(key, value) if not value.isascii() else chunks.add_text(key, value)
    if frames.metadata.xmp:
        packet = frames.metadata.xmp.decode("utf-8", "replace")
        chunks.add_itxt("XML:com.adobe.xmp", packet)
    for name, data in frames.chunks:
        chunks.add(name, data)
    options["pnginfo"] = chunks
    if frames.durations:
        options |= {"duration": list(frames.durations), "loop": frames.loop or 0, "blend": 0}
        options["default_image"] = frames.default_image
    return options


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
    try:
        return Encoded(tiff_file(pages, metadata_tags(frames.metadata)))
    except Exception:  # Pillow raises anything on tags of the wrong type or count
        if plain == frames.metadata:
            raise
    note = "EXIF was left out, because it cannot be written as TIFF."
    return Encoded(tiff_file(pages, metadata_tags(plain)), (note,))


def _gif(frames: Frames, quality: int | None) -> dict[str, Any]:
    if not frames.durations:
        return {}
    clear = any(image.has_transparency_data for image in frames.images)
    # Every frame is whole; a frame with holes must not show the one before it through them.
    options: dict[str, Any] = {
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
