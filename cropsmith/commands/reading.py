"""What was typed: which arguments are photos, and which is the request."""

import os
import re
from collections.abc import Sequence

from cropsmith.batch.inputs import PHOTO_SUFFIXES, is_address, is_pattern
from cropsmith.errors import ArgumentError, UsageError
from cropsmith.tools.language.shapes import target_named
from cropsmith.tools.schema.geometry import Size

MANY = re.compile(r"(\d+(?:\.\d+)?)\s*(k|m|kb|mb|kib|mib|b|)", re.IGNORECASE)
FACTORS = {"": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6,
           "kib": 2**10, "mib": 2**20}  # fmt: skip


def read_arguments(arguments: Sequence[str], request: str) -> tuple[list[str], str]:
    """Split photos from the request, which comes last and is the only one that names no file.

    UsageError where it could be either: a path is never taken for words, nor words for a path.
    """
    words = request
    if not words and len(arguments) > 1 and is_request(arguments[-1]):
        *arguments, words = arguments
    return list(dict.fromkeys(arguments)), words


def is_request(argument: str) -> bool:
    """Tell whether the last argument is words. UsageError where it may be words or a file."""
    if argument == "-" or is_address(argument):
        return False
    if is_pattern(argument):
        return not _is_path(argument)
    exists = os.path.lexists(argument)
    if _is_shape(argument) and (os.path.isdir(argument) or not exists):
        return True  # "square", also where a folder has that name
    if exists:
        if os.path.isdir(argument) and _is_bare(argument):
            raise UsageError(
                f"'{argument}' is a folder here, and may be the request.",
                hint=f"Write {argument}{os.sep} for the folder, or give the words as <request>.",
            )
        return False
    if _is_path(argument):
        raise UsageError(
            f"There is no file {argument}.", hint="If it is the request, give it as <request>."
        )
    return True


def _is_shape(argument: str) -> bool:
    """Tell whether an argument is a word for a shape: "square", "16/9"."""
    try:
        target_named(argument)
    except UsageError:
        return False
    return True


def _is_bare(argument: str) -> bool:
    """Tell whether nothing about an argument says that it is a path."""
    return os.sep not in argument and not argument.startswith((".", "~"))


def _is_path(argument: str) -> bool:
    """Tell whether an argument reads as a path: a suffix of photos, or one word with a slash."""
    if os.path.splitext(argument)[1].lower() in PHOTO_SUFFIXES:
        return True
    separators = {os.sep, os.altsep or os.sep}
    one_word = not re.search(r"\s", argument)
    return argument.startswith(("./", "../", "~/", "/")) or (
        one_word and any(separator in argument for separator in separators)
    )


def bytes_of(text: str | None) -> int | None:
    """Read a size of a file: "200kB", "1.5 MB", "200000"; None for None."""
    if text is None:
        return None
    found = MANY.fullmatch(text.strip())
    count = int(float(found[1]) * FACTORS[found[2].lower()]) if found else 0
    if count < 1:
        reason = f"must be a size such as 200kB or 1.5MB, not {text}"
        raise ArgumentError("max_bytes", reason)
    return count


def bounds_of(text: str | None) -> Size | None:
    """Read what a crop is to fit in: "1600" for either side, "1600x1200", "1600x", "x1200"."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{0,6})\s*(?:[x×]\s*(\d{0,6}))?", text.strip().lower())
    sides = [int(side) for side in (found.groups() if found else ()) if side]
    if not found or not sides or 0 in sides:
        raise ArgumentError("resize", f"must be pixels such as 1600 or 1600x1200, not {text}")
    if found[2] is None:
        return Size(width=sides[0], height=sides[0])
    return Size(width=int(found[1] or UNBOUND), height=int(found[2] or UNBOUND))


UNBOUND = 10**6
"""A side that is not held to anything: no picture has so many pixels."""
