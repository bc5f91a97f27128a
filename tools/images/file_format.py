"""Image formats that are written, their suffixes and names."""

from cropsmith.errors import UsageError

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
