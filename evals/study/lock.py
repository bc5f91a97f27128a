"""The lock of a store: one run writes at a time."""

import sys
from pathlib import Path
from typing import IO

from cropsmith.errors import UsageError


def only_one(path: Path) -> IO[str]:
    """Take the store for this process; the lock goes with it, however it dies."""
    guard = path.with_suffix(".lock").open("w")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(guard.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        guard.close()
        raise UsageError(f"Another run is using {path.parent}.") from error
    return guard
