"""What a job of the sandbox may take, and how a worker holds itself to it."""

import contextlib
import math
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

GIB = 2**30

PATIENCE = 6.0
"""Seconds of wall time for one of CPU, on a busy machine, before a job counts as hanging."""

HARD_MEMORY = 8 * GIB
"""No job may ask for more."""

FILE_BYTES = 2 * GIB
OPEN_FILES = 64

KEPT_BYTES = 2**26
"""Of a file that a worker keeps after a job, so that the next one need not send it again."""

RESTING_BYTES = 400 * 2**20
"""A worker that still holds so much after a job is replaced: its libraries leak."""


MALLOC = ((-8, 1), (-3, 2**20), (-1, 2**20))
"""M_ARENA_MAX, M_MMAP_THRESHOLD, M_TRIM_THRESHOLD: one heap, pieces of a MiB apart from it."""


@dataclass(frozen=True)
class Limits:
    """Of one job. Both are of the worker alone, not of the process that asks."""

    memory: int = GIB
    """Bytes of writable memory, what the interpreter takes included (about 60 MiB)."""
    seconds: float = 10.0
    """Of CPU, over all threads."""

    @property
    def wall(self) -> float:
        """Seconds after which the job counts as hanging."""
        return PATIENCE * self.seconds


def settle() -> None:
    """Take on, for good, what no job needs: core dumps, huge files, many open files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal; the parent decides
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_FSIZE, FILE_BYTES)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    if sys.platform == "linux":
        _lower(resource.RLIMIT_AS, HARD_MEMORY)


@contextlib.contextmanager
def held_to(limits: Limits) -> Iterator[None]:
    """Hold this process to the limits within the block: beyond them the kernel ends it.

    Memory ends in MemoryError where the library that asks can say so.
    """
    if sys.platform == "win32":  # the parent's clock alone
        yield
        return
    import resource

    limits_memory = sys.platform == "linux"  # macOS takes the numbers and heeds none
    # The clocks of signals run in the kernel: they end a decoder that never comes back to Python,
    # also when the parent is gone.
    used = math.ceil(time.process_time())
    _soften(resource.RLIMIT_CPU, used + max(1, math.ceil(limits.seconds)))
    if limits_memory:
        _soften(resource.RLIMIT_DATA, limits.memory)
        # That counts what can be written to; where it is not heeded, address space is.
        _soften(resource.RLIMIT_AS, limits.memory + GIB)
    signal.setitimer(signal.ITIMER_REAL, limits.wall)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _soften(resource.RLIMIT_CPU, None)
        if limits_memory:
            _soften(resource.RLIMIT_DATA, None)
            _soften(resource.RLIMIT_AS, None)


def in_force() -> tuple[str, ...]:
    """Return what this process is held to, as the system says it, in words."""
    if sys.platform == "win32":
        return ("wall time",)
    import resource

    found = ["wall time"]
    if resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY:
        found.append("CPU")
    memory = resource.getrlimit(resource.RLIMIT_DATA)[0]
    if memory != resource.RLIM_INFINITY and sys.platform == "linux":
        found.append(f"memory ({memory / GIB:.1f} GiB, more for large files)")
    return tuple(found)


def thrifty() -> None:
    """Have memory that is freed go back to the system, from now on (glibc's mallopt).

    Else each thread keeps a heap of its own, and a heap the pieces between which something small
    lives on. For processes that do many jobs.
    """
    if sys.platform != "linux":
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none, and keeps little
        for option, value in MALLOC:
            mallopt(option, value)


def resident() -> int:
    """Return the bytes of memory that this process holds; 0 where that is not told."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _lower(kind: int, most: int) -> None:
    import resource

    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))


def _soften(kind: int, most: int | None) -> None:
    """Set the soft limit, which can be raised again up to the hard one; None for that one."""
    import resource

    _, hard = resource.getrlimit(kind)
    if most is None or (hard != resource.RLIM_INFINITY and most > hard):
        most = hard
    resource.setrlimit(kind, (most, hard))
