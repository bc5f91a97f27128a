"""The photos of a batch, found one after another: files, patterns, folders, addresses."""

import glob
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.errors import UnreadableImage, UsageError, why
from cropsmith.tools.images import camera_raw
from cropsmith.tools.images.pixel_format import SUFFIXES
from cropsmith.tools.images.remote import is_remote, listed

PHOTO_SUFFIXES = frozenset(SUFFIXES) | camera_raw.SUFFIXES

BEGINNINGS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|II\*\0|MM\0\*"
    rb"|....ftyp(?:hei|hev|mif|msf|avi)",
    re.DOTALL,
)
"""Of JPEG, PNG, GIF, WebP, TIFF, HEIC and AVIF; those of others are too short to be sure."""


@dataclass(frozen=True)
class Found:
    """A photo of a batch, and where it was found."""

    argument: int
    """Which of the arguments brought it: their order is that of the batch."""
    photo: str
    below: str | None = None
    """Its folder, relative to the folder that was named; None for a photo named by itself."""


def is_address(argument: str) -> bool:
    """Tell whether an argument is an address: of the web, or of an object store."""
    return argument.lower().startswith(("http://", "https://")) or is_remote(argument)


def is_many_remote(argument: str) -> bool:
    """Tell whether an argument is a pattern of addresses, or a folder of an object store."""
    return is_remote(argument) and (glob.has_magic(argument) or argument.endswith("/"))


def is_pattern(argument: str) -> bool:
    """Tell whether an argument stands for the files that it matches."""
    return glob.has_magic(argument) and not os.path.exists(argument) and not is_address(argument)


def found(arguments: Sequence[str], out: Path | None) -> Iterator[Found]:
    """Yield every photo that the arguments name. UsageError for one that names none.

    Folders are walked down, but for hidden ones and that of the output; links to folders are not
    followed. A photo named by itself is yielded as it is, whatever it turns out to be.
    """
    for number, argument in enumerate(arguments):
        if is_many_remote(argument):
            yield from _remote(number, argument)
        elif is_pattern(argument):
            matches = glob.iglob(argument, recursive=True)
            for photo in _some(matches, f"No file matches {argument}."):
                if not os.path.isdir(photo):
                    yield Found(number, photo)
        elif not is_address(argument) and os.path.isdir(argument):
            for below in _some(_walked(argument, out), f"There is no photo in {argument}."):
                yield Found(number, os.path.join(argument, below), os.path.dirname(below))
        else:
            yield Found(number, argument)


def _remote(number: int, argument: str) -> Iterator[Found]:
    top = argument[: min(argument.find(sign) % (len(argument) + 1) for sign in "*?[")]
    top = f"{top.rpartition('/')[0]}/"
    folder = argument.endswith("/")
    names = (
        name
        for name in listed(argument)
        if not folder or os.path.splitext(name)[1].lower() in PHOTO_SUFFIXES
    )
    for photo in _some(names, f"There is no photo at {argument}."):
        yield Found(number, photo, os.path.dirname(photo.removeprefix(top)))


def _some(names: Iterator[str], otherwise: str) -> Iterator[str]:
    empty = True
    for name in names:
        empty = False
        yield name
    if empty:
        raise UsageError(otherwise)


def _is_photo(entry: os.DirEntry[str]) -> bool:
    """Tell whether a file counts as a photo: by its suffix, without one by its first bytes."""
    suffix = os.path.splitext(entry.name)[1].lower()
    if suffix or not entry.is_file():  # a pipe is not read: that would take away what is in it
        return suffix in PHOTO_SUFFIXES
    try:
        with open(entry.path, "rb") as file:
            return BEGINNINGS.match(file.read(16)) is not None
    except OSError:  # left to others: nothing says that it is a photo
        return False


def _walked(top: str, out: Path | None) -> Iterator[str]:
    """Yield the photos in a folder and below, by their paths relative to it."""
    spared = None if out is None else os.path.realpath(out)
    if spared == os.path.realpath(top):
        spared = None
    folders = [""]
    while folders:
        below = folders.pop()
        try:
            with os.scandir(os.path.join(top, below)) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    name = os.path.join(below, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        if os.path.realpath(entry.path) != spared:
                            folders.append(name)
                    elif _is_photo(entry):
                        yield name
        except OSError as error:
            raise UnreadableImage(
                f"The folder {os.path.join(top, below)} cannot be read: {why(error)}."
            ) from error
