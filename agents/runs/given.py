"""Arguments that a person gives to the methods of a result, checked."""

import os
from pathlib import Path
from typing import TypedDict

from cropsmith.errors import ArgumentError
from cropsmith.tools.schema.faults import shown
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.request import Keep
from cropsmith.tools.sidecars.sidecar import Sidecar


def check_number(name: str, number: int, last: int) -> None:
    """ArgumentError unless a number counts one of the things from 0 to the last."""
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= last:
        most = f"0 to {last}" if last else "0"
        raise ArgumentError(name, f"must be {most}, not {shown(number)}")


class FileOptions(TypedDict, total=False):
    """How the file of a crop is written, beyond its format."""

    lossless: bool
    quality: int | None
    most_bytes: int | None
    within: Size | None
    keep: Keep | str | None
    gps: bool | None


def check_options(options: FileOptions) -> None:
    """ArgumentError for an option that there is not, and for numbers out of range."""
    known = FileOptions.__annotations__
    if unknown := [name for name in options if name not in known]:
        raise ArgumentError(unknown[0], f"is no option; they are {', '.join(known)}")
    quality, most = options.get("quality"), options.get("most_bytes")
    if quality is not None and not (_is_whole(quality) and 1 <= quality <= 100):
        raise ArgumentError("quality", f"must be 1 to 100, not {shown(quality)}")
    if most is not None and not (_is_whole(most) and most > 0):
        raise ArgumentError("most_bytes", f"must be a number of bytes, not {shown(most)}")


def _is_whole(given: object) -> bool:
    return isinstance(given, int) and not isinstance(given, bool)


def checked_keep(given: object) -> Keep | None:
    """Return what of the metadata is to stay; ArgumentError for what names nothing of that."""
    if given is None or (isinstance(given, str) and given in list(Keep)):
        return None if given is None else Keep(given)
    raise ArgumentError("keep", f"must be all, credit or none, not {shown(given)}")


def checked_gps(given: object) -> bool | None:
    """Return whether the place is to stay; ArgumentError for what says neither."""
    if given is None or isinstance(given, bool):
        return given
    raise ArgumentError("gps", f"must be True or False, not {shown(given)}")


def checked_path(given: object) -> Path:
    """Return where to write; ArgumentError for what is no path."""
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ArgumentError("path", f"must be where to write, not {shown(given)}")
    return Path(os.fsdecode(given))


def checked_kind(given: object) -> Sidecar:
    """Return the kind of a sidecar; ArgumentError for what is none."""
    if not isinstance(given, str) or given not in list(Sidecar):
        known = "xmp, darktable, iiif, json or focal"
        raise ArgumentError("kind", f"must be {known}, not {shown(given)}")
    return Sidecar(given)
