"""Names the process that writes a trace, to tell a run under way from one that was killed."""

import os
import socket
from functools import cache
from pathlib import Path


def _start_of(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty where that cannot be read."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except OSError:
        return ""
    # The second field is the command in parentheses and may hold blanks; the start is field 22.
    return stat.rpartition(")")[2].split()[19]


@cache
def _named(pid: int) -> str:
    # Keyed by pid, so that a forked child gets a name of its own.
    return f"{socket.gethostname()}/{pid}/{_start_of(pid)}"


def this_process() -> str:
    """Return host/pid/start."""
    return _named(os.getpid())


def alive(name: str) -> bool:
    """Tell whether the named process still runs; True when that cannot be known from here."""
    host, pid, start = name.rsplit("/", 2)
    if host != socket.gethostname():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # Pids are used again: the start tells a successor from the writer.
    return not start or _start_of(int(pid)) == start
