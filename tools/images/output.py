"""Files that are written: where they go, never over an input, whole or not at all."""

import contextlib
import hashlib
import io
import os
import re
import secrets
from collections.abc import Collection
from pathlib import Path

from PIL import Image

from cropsmith.errors import OutputError, why
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.pixel_format import format_of_suffix, suffix_of_format
from cropsmith.tools.images.remote import is_remote, is_there, shown, write_remote
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
    stem: str = "",
) -> Path:
    """Return where a crop of a photo goes.

    Without `out`, beside the photo (or in the working folder, for photos that are no files) as
    NAME-crop; an `out` that is a folder, has no suffix or is for `many` photos takes the same name
    inside; else `out` is the file. `shape` tells several crops of one photo apart. `format` is a
    suffix or a format name, in place of the photo's own; a file that is named has its own. `stem`
    replaces the photo's name.
    """
    mark = "".join(f"-{part}" for part in [safe(shape)] if part)
    if out is not None and not is_folder(out, many):
        return out.with_name(f"{out.stem}{mark}{out.suffix}")
    suffix = suffix_of_crop(photo, format)
    return folder_of(photo, out) / f"{stem or stem_of(photo)}-crop{mark}{suffix}"


def is_folder(out: Path, many: bool = False) -> bool:
    """Tell whether an output names a folder: there is one, it has no suffix, or is for `many`."""
    return out.is_dir() or many or not out.suffix


def folder_of(photo: Photo, out: Path | None) -> Path:
    """Return the folder of a photo's crops: `out`, the photo's, or the working folder."""
    return out or (photo.path.parent if photo.path else Path())


def stem_of(photo: Photo) -> str:
    """Return the photo's name without its suffix, as a part of a file's name."""
    return Path(safe(photo.name)).stem if photo.path is None else photo.path.stem


def suffix_of_crop(photo: Photo, format: str | None) -> str:
    """Return the suffix of a format; without one the photo's own, unless that is wrong."""
    if format:
        return suffix_of_format(format)
    own = photo.path.suffix if photo.path else Path(safe(photo.name)).suffix
    known = format_of_suffix(own, default="") == photo.format
    return own if known else suffix_of_format(photo.format)


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
        raise OutputError(f"{path} cannot be written: {why(error)}.") from error


def exists(path: Path) -> OutputError:
    """Return the error that a file is there already."""
    return OutputError(f"{shown(path)} exists.", hint="Give <force=True> to overwrite it.")


def _check_place(path: Path, force: bool) -> None:
    if is_remote(path):  # a store has no folders that could be in the way
        if not force and is_there(path):
            raise exists(path)
        return
    if path.is_dir():
        raise OutputError(f"{path} is a folder.")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path} is not a regular file.")
    if os.path.lexists(path) and not force:
        raise exists(path)
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
    name last. Without `force` a file that appeared in the meantime is not overwritten either; in an
    object store, where files are whole in any case, one that appeared since it was checked is.
    """
    if is_remote(path):
        write_remote(path, data)
        return
    temporary = path.with_name(f".{_mark_of(path)}-{secrets.token_hex(8)}.part")
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
        raise exists(path) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise OutputError(f"{path} cannot be written: {why(error)}.") from error


def clear_unfinished(path: Path) -> None:
    """Remove what a process that was killed while it wrote this file has left beside it."""
    if is_remote(path):
        return
    for left in path.parent.glob(f".{_mark_of(path)}-*.part"):
        with contextlib.suppress(OSError):
            left.unlink()


def lasting(path: Path) -> Path:
    """Return a file's one absolute path: without links, but for the file itself being one."""
    if is_remote(path):
        return path
    return Path(os.path.realpath(path.parent)) / path.name


def _mark_of(path: Path) -> str:
    """Return what tells a file's temporary ones from those of its neighbours, however long."""
    return hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]


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


def safe(text: str) -> str:
    """Return text as a part of a file name: "4:5" becomes "4x5"."""
    return re.sub(r"[^\w.+-]+", "-", re.sub(r"(?<=\d):(?=\d)", "x", text)).strip("-.")
