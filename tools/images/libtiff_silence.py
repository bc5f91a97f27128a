"""Silence for libtiff, which prints its opinion of broken files to the process's error output."""

import ctypes
from functools import cache
from pathlib import Path

import PIL


@cache
def quiet_libtiff() -> bool:
    """Tell Pillow's libtiff to report errors by return values alone; False where it is not found.

    Its default handler writes to file descriptor 2 itself, past `sys.stderr`. Wheels of Pillow
    bring the library as a file of their own (Linux, macOS); linked into Pillow or taken from the
    system, it is left as it is.
    """
    site = Path(PIL.__path__[0])
    found = [*site.parent.glob("pillow.libs/libtiff-*"), *site.glob(".dylibs/libtiff.*")]
    if not found:
        return False
    try:
        library = ctypes.CDLL(str(found[0]))
        library.TIFFSetErrorHandler(None)
        library.TIFFSetWarningHandler(None)
    except (OSError, AttributeError):
        return False
    return True
