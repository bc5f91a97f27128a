"""A worker as its parent has it: started, asked, ended."""

import io
import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from mmap import mmap
from typing import IO, TYPE_CHECKING

from cropsmith.errors import CropsmithError, why
from cropsmith.tools.sandbox.limits import HARD_MEMORY, Limits

if TYPE_CHECKING:
    from cropsmith.tools.sandbox.wire import Message

KEPT_VARIABLES = frozenset(
    {"PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
)
"""Of the environment. Keys and tokens stay with the parent."""

OWN_VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Looking for plug-ins of other packages takes longer than importing pydantic.
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}
"""What a worker's libraries are told: one thread, and nothing of other packages."""

FLAGS = ("-S", "-E", "-B") if sys.dont_write_bytecode else ("-S", "-E")

PACKAGES = ("cropsmith", "cropsmith.tools")
"""Handed over as where they lie, so that a worker needs no `site` and runs no start-up files."""

BOOT = """
import json, sys, types
given = json.loads(sys.argv[1])
sys.path[:] = given["path"]
for name, places in given["packages"].items():
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = places
    parent, _, last = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], last, package)
from cropsmith.tools.sandbox.worker import serve
serve(given["modules"], given["shared"])
"""

SHARED_BYTES = 2**25
"""Most bytes that go by shared memory, of which the pages in use are taken; more go by the pipe."""

PIPE_BYTES = 2**20
"""Of a pipe, where the system lets us say: fewer turns for a photo."""


LENIENCE = 1.5
LINGERING = 2.0
"""Seconds between the end of a process's pipe and its own."""


class Ended(Exception):
    """A worker died in the middle of a job."""

    def __init__(self, status: int, *, late: bool = False) -> None:
        super().__init__(f"exit status {status}")
        self.status = status
        """Of the process; minus the signal that ended it."""
        self.late = late
        """Whether it was ended for taking too long."""


class CannotStart(CropsmithError):
    """Workers cannot be started here."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The worker process that reads files cannot be started: {why}.",
            hint="CROPSMITH_SANDBOX=off reads them in this process, without limits.",
        )


class Worker:
    """One process. Used by one thread at a time."""

    def __init__(self, modules: Sequence[str]) -> None:
        packages = {name: list(sys.modules[name].__path__) for name in PACKAGES}
        shared = _shared_memory()
        given = {
            "path": _search_path(),
            "packages": packages,
            "modules": list(modules),
            "shared": shared,
        }
        kept = {k: v for k, v in os.environ.items() if k.upper() in KEPT_VARIABLES}
        try:
            self._process = subprocess.Popen(
                [sys.executable, *FLAGS, "-c", BOOT, json.dumps(given)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=kept | OWN_VARIABLES,
                pass_fds=() if shared is None else (shared,),
            )
        except OSError as error:
            raise CannotStart(why(error)) from error
        finally:
            self._shared = None if shared is None else mmap(shared, 0)
            if shared is not None:
                os.close(shared)
        self._pipes = [_own(self._process.stdin), _own(self._process.stdout)]
        _widen(*self._pipes)
        self._to = io.FileIO(self._pipes[0], "w", closefd=False)
        # With a buffer, which fills a whole block at a time.
        self._from = io.BufferedReader(io.FileIO(self._pipes[1], closefd=False))
        self._served = False
        self._deadline, self._late = math.inf, False
        self.holds = ""
        """The sha256 of the document that it was sent last."""

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def ask(self, job: "Message", limits: Limits) -> "Message":
        """Send a job and wait for its answer. Ended when the worker dies of it."""
        from cropsmith.tools.sandbox.wire import BrokenWire, receive, send

        # The worker's own clocks are tighter; this one is for a worker that has lost them.
        self._deadline = time.monotonic() + LENIENCE * limits.wall
        try:
            send(self._to, job, self._shared)
            answer = receive(self._from, HARD_MEMORY, self._shared)
        except BrokenWire:
            answer = None
        except BaseException:  # interrupted: what it says now would be read as the next answer
            self.end()
            raise
        finally:
            self._deadline = math.inf
        if answer is None:
            status = self._ended()
            if not self._served and status > 0:
                raise CannotStart(f"it ended with status {status}")
            raise Ended(status, late=self._late)
        self._served = True
        return answer

    def end_if_late(self, now: float) -> None:
        """End the process if its job has taken too long at `now`, of the monotonic clock.

        Called from another thread than the one that waits for the answer, which wakes it.
        """
        if now > self._deadline:
            self._late = True
            self._process.kill()

    def end(self) -> int:
        """End the process and return its status. Twice does no harm."""
        self._process.kill()
        status = self._process.wait()
        self.forget()
        return status

    def _ended(self) -> int:
        """Return the status of a process that has closed its pipe, and so is about to end."""
        try:
            self._process.wait(LINGERING)
        except subprocess.TimeoutExpired:  # it lives: what it has sent is no answer
            self.end()
            return 1
        return self.end()

    def forget(self) -> None:
        """Close our ends of its pipes, which ends it when nobody else has them open."""
        pipes, self._pipes = self._pipes, []
        for pipe in pipes:
            os.close(pipe)
        if self._shared is not None:
            self._shared.close()

    def disown(self) -> None:
        """Forget a worker that was inherited by a fork: it is another process's child."""
        self.forget()
        self._process.returncode = 0  # so that nothing waits for it


def was_killed(status: int) -> bool:
    """Tell whether a process was ended from outside, rather than by a limit or a fault."""
    return sys.platform != "win32" and -status in (signal.SIGKILL, signal.SIGTERM)


def can_start() -> bool:
    """Tell whether this program's interpreter can be started once more (frozen ones cannot)."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def _search_path() -> list[str]:
    return [os.path.abspath(place) for place in sys.path]


def _shared_memory() -> int | None:
    """Return a descriptor of memory to share with a worker, where the system has such."""
    if sys.platform != "linux":
        return None
    import fcntl

    try:
        memory = os.memfd_create("cropsmith", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError:  # a kernel that forbids it: the pipes do
        return None
    os.ftruncate(memory, SHARED_BYTES)
    # A worker that a file took over cannot pull it away from under us.
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    fcntl.fcntl(memory, fcntl.F_ADD_SEALS, seals)
    return memory


def _own(pipe: IO[bytes] | None) -> int:
    """Return a descriptor of our own for a pipe: one that no object closes behind our back."""
    assert pipe is not None
    with pipe:
        return os.dup(pipe.fileno())


def _widen(*pipes: int) -> None:
    if sys.platform != "linux":
        return
    import fcntl

    for pipe in pipes:
        try:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        except OSError:  # the user has too many of them: the usual size does
            return
