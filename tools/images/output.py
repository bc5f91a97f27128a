"""Files that are written: where they go, never over an input, whole or not at all."""

import contextlib
import errno
import io
import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path

from PIL import Image

from cropsmith.errors import OutputError
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.pixel_format import format_of_suffix, suffix_of_format
from cropsmith.tools.images.render import Rendered

PICTURE_QUALITY = 90
"""Of side-by-side pictures and overlays, which are for looking at."""


def crop_path(
    photo: Photo,
    out: Path | None,
    shape: str = "",
    *,
    format: str | None = None,
    many: bool = False,
) -> Path:
    """Return where a crop of a photo goes.

    Without `out`, beside the photo (or in the working folder, for photos that are no files) as
    NAME-crop; an `out` that is a folder, has no suffix or is for `many` photos takes the same name
    inside; else `out` is the file. `shape` tells several crops of one photo apart. `format` is a
    suffix or a format name; without it, the suffix of `out`, else the photo's own.
    """
    folder = out is not None and (out.is_dir() or many or not out.suffix)
    mark = "".join(f"-{part}" for part in [_safe(shape)] if part)
    if out is not None and not folder:
        suffix = suffix_of_format(format) if format else out.suffix
        return out.with_name(f"{out.stem}{mark}{suffix}")
    place = out or (photo.path.parent if photo.path else Path())
    name = Path(_safe(photo.name)) if photo.path is None else Path(photo.name)
    own = format_of_suffix(name.suffix, default="") == photo.format
    suffix = suffix_of_format(format) if format else name.suffix if own else ""
    return place / f"{name.stem}-crop{mark}{suffix or suffix_of_format(photo.format)}"


def check_output(
    path: Path,
    *,
    photo: Photo | None = None,
    force: bool = False,
    inputs: Collection[str] = frozenset(),
) -> None:
    """OutputError when a file may not be written there: an input, a folder, or there already.

    `inputs` are the real paths of the other photos of a command.
    """
    try:
        if photo and photo.path and _same_file(path, photo.path):
            raise OutputError(f"{path} is the photo itself, which is never overwritten.")
        if inputs and os.path.realpath(path) in inputs:
            raise OutputError(f"{path} is one of the photos, which are never overwritten.")
        _check_place(path, force)
    except (OSError, ValueError) as error:  # a name that is too long, or has a NUL in it
        raise OutputError(f"{path} cannot be written: {_why(error)}.") from error


def _check_place(path: Path, force: bool) -> None:
    if path.is_dir():
        raise OutputError(f"{path} is a folder.")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is not a regular file.")
    if os.path.lexists(path) and not force:
        raise OutputError(f"{path} exists.", hint="Give --force to overwrite it.")
    for parent in path.parents:
        if parent.exists() and not parent.is_dir():
            raise OutputError(f"{path} cannot be written: {parent} is not a folder.")


def write_image(
    rendered: Rendered,
    path: Path,
    *,
    photo: Photo | None = None,
    force: bool = False,
    inputs: Collection[str] = frozenset(),
) -> Path:
    """Write an encoded crop; OutputError if it may not or cannot be written. Returns the path."""
    if format_of_suffix(path.suffix, default=rendered.format) != rendered.format:
        raise OutputError(f"{path} would hold a {rendered.format} under a wrong suffix.")
    check_output(path, photo=photo, force=force, inputs=inputs)
    write_whole(path, rendered.data, force=force)
    return path


def write_picture(
    image: Image.Image,
    path: Path,
    *,
    force: bool = False,
    inputs: Collection[str] = frozenset(),
) -> Path:
    """Write a picture that is only for looking at; the suffix chooses the format."""
    check_output(path, force=force, inputs=inputs)
    file = io.BytesIO()
    image.save(file, format_of_suffix(path.suffix), quality=PICTURE_QUALITY)
    write_whole(path, file.getvalue(), force=force)
    return path


def write_whole(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file so that it is there complete or not at all; OutputError when it cannot be.

    The data goes to a temporary file of the same folder, is flushed to the disk, and takes its
    name last. Without `force` a file that appeared in the meantime is not overwritten either.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if force or not _linked(temporary, path):
                os.replace(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()
    except FileExistsError as error:
        raise OutputError(f"{path} exists.", hint="Give --force to overwrite it.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise OutputError(f"{path} cannot be written: {_why(error)}.") from error


def _linked(temporary: Path, path: Path) -> bool:
    """Give the file its name if the name is free (FileExistsError); False where links are not."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        return False
    return True


def _same_file(path: Path, other: Path) -> bool:
    """Tell whether two paths are one file, also through symbolic and hard links."""
    try:
        return os.path.samefile(path, other)
    except (OSError, ValueError):  # one of them does not exist
        return os.path.abspath(path) == os.path.abspath(other)


def _safe(text: str) -> str:
    """Return text as a part of a file name: "4:5" becomes "4x5"."""
    return re.sub(r"[^\w.+-]+", "-", re.sub(r"(?<=\d):(?=\d)", "x", text)).strip("-.")


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "the disk is full"
    return str(getattr(error, "strerror", None) or error).rstrip(".").lower()
