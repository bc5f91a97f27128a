"""The lock of a folder: one run writes into it at a time."""

import sys
from pathlib import Path
from typing import IO

from cropsmith.errors import UsageError


def only_one(lock: Path, folder: Path) -> IO[str]:
    """Take a folder for this process by its lock file; the lock goes with it, however it dies.

    UsageError where another run has it, OSError where the file cannot be made.
    """
    guard = lock.open("w")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(guard.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        guard.close()
        raise UsageError(f"Another run is using {folder}.") from error
    return guard
