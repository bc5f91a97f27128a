"""Which pixels a format can hold, and the least change that makes them fit."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms

from cropsmith.errors import UsageError
from cropsmith.tools.images.thumbnail import as_eight_bit
from cropsmith.tools.schema.geometry import Size

SUFFIXES = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".jpe": "JPEG",
    ".jfif": "JPEG",
    ".png": "PNG",
    ".apng": "PNG",
    ".webp": "WEBP",
    ".avif": "AVIF",
    ".heic": "HEIF",
    ".heif": "HEIF",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".ppm": "PPM",
    ".pgm": "PPM",
    ".pbm": "PPM",
    ".pfm": "PPM",
    ".jp2": "JPEG2000",
    ".j2k": "JPEG2000",
}
"""Suffix -> Pillow's name of the format. The first suffix of a format is the one given to files."""


def format_named(name: str) -> str:
    """Return the format of a name or suffix, "jpg" or ".JPG" or "JPEG"; UsageError if unknown."""
    upper = name.upper().lstrip(".")
    return upper if upper in SUFFIXES.values() else format_of_suffix("." + name.lstrip("."))


def format_of_suffix(suffix: str, default: str | None = None) -> str:
    """Return the format of a suffix; UsageError if unknown and there is no default."""
    if (found := SUFFIXES.get(suffix.lower())) is not None:
        return found
    if default is not None:
        return default
    raise UsageError(
        f"'{suffix.lstrip('.')}' is not a format that is written.",
        hint=f"Choose from: {', '.join(s.lstrip('.') for s in SUFFIXES)}.",
    )


def suffix_of_format(name: str) -> str:
    """Return the suffix of files of a format; a name that is a suffix stays: "jpeg" is ".jpeg"."""
    suffix = "." + name.lstrip(".")
    if suffix in SUFFIXES:
        return suffix
    format = format_named(name)
    return next(s for s, f in SUFFIXES.items() if f == format)


MODES = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "AVIF": ("RGB", "RGBA"),
    "HEIF": ("L", "RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I", "F"),
    "GIF": ("L", "P", "RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB"),
    "PPM": ("1", "L", "RGB", "I;16"),
    "JPEG2000": ("L", "LA", "RGB", "RGBA", "I;16"),
}
"""Pillow's modes that each format is written from."""


@dataclass(frozen=True)
class Fitted:
    """Pixels that a format can hold."""

    image: Image.Image
    profile_applied: bool = False
    """The pixels are sRGB now, so the photo's colour profile no longer describes them."""
    notes: tuple[str, ...] = ()


def fit_to_format(image: Image.Image, format: str, profile: bytes | None) -> Fitted:
    """Return the image in a mode that the format holds; what is lost is noted."""
    modes = MODES[format]
    if image.mode.startswith("I;16"):
        image = Image.fromarray(np.asarray(image).astype(np.uint16))
    elif image.mode == "I" and "I;16" in modes and _fits_16_bits(image):
        image = Image.fromarray(np.asarray(image).astype(np.uint16))
    transparent = image.has_transparency_data
    if image.mode in modes and not (transparent and not _holds_transparency(image, format)):
        return Fitted(image)
    if image.mode in ("I", "F", "I;16"):
        eight = as_eight_bit(image)
        note = "The tones were reduced to 8 bits."
        return Fitted(eight if "L" in modes else eight.convert("RGB"), notes=(note,))
    if image.mode in ("CMYK", "LAB"):
        return Fitted(
            _srgb(image, profile), profile_applied=True, notes=("The colours became sRGB.",)
        )
    if transparent and "RGBA" not in modes:
        paper = Image.new("RGBA", image.size, (255, 255, 255, 255))
        flat = Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
        return Fitted(flat, notes=("Transparent parts became white.",))
    if transparent:
        return Fitted(image.convert("RGBA"))
    if image.mode in ("1", "L", "LA") and "L" in modes:
        return Fitted(image.convert("L"))
    return Fitted(image.convert("RGB"))


def resized(image: Image.Image, size: Size) -> Image.Image:
    """Return the image at another size by Lanczos; palettes and 1-bit become full tones first."""
    target = (size.width, size.height)
    if image.size == target:
        return image
    if image.mode.startswith("I;16"):
        tones = Image.fromarray(np.asarray(image).astype(np.float32))
        values = np.asarray(tones.resize(target, Image.Resampling.LANCZOS))
        return Image.fromarray(np.clip(np.round(values), 0, 65535).astype(np.uint16))
    if image.mode in ("P", "PA") or (image.mode in ("L", "RGB") and image.has_transparency_data):
        info = image.info
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image.info = {k: v for k, v in info.items() if k != "transparency"}
    elif image.mode == "1":
        image = image.convert("L")
    return image.resize(target, Image.Resampling.LANCZOS)


def _fits_16_bits(image: Image.Image) -> bool:
    low, high = image.getextrema()
    return isinstance(low, int) and isinstance(high, int) and low >= 0 and high < 2**16


def _holds_transparency(image: Image.Image, format: str) -> bool:
    if "A" in image.mode:
        return True
    return format in ("PNG", "GIF")  # a palette entry or a colour that stands for nothing


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the profile where it can be used, else as plainly as Pillow does."""
    try:
        source = (
            ImageCms.createProfile("LAB")
            if image.mode == "LAB"
            else ImageCms.ImageCmsProfile(io.BytesIO(profile or b""))
        )
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        if converted is not None:
            converted.info.pop("icc_profile", None)
            return converted
    except (ImageCms.PyCMSError, OSError):
        if image.mode == "LAB":
            raise
    return image.convert("RGB")
