"""How a command ends: its exit code, and one sentence for whatever a person can cause.

`CROPSMITH_DEBUG=1` shows the traceback as well.
"""

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Callable

from cropsmith.errors import CropsmithError, why
from cropsmith.tools.schema.plain_text import visible, visible_line
from cropsmith.tools.schema.secret_text import without_secrets


class Stopped(Exception):
    """The person pressed Ctrl-C."""


class ReaderGone(Exception):
    """The reader of our output has gone, as `| head` does."""


def made_ready() -> None:
    """Make the standard streams take whatever we print, also where they are closed.

    A closed one is opened on nothing, so that no file of ours gets its number; a console that
    lacks a sign, as cp1252 does, shows its escape.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")


def ended(command: Callable[[], object]) -> int:
    """Run a command to its end, tell what went wrong, and return the exit code."""
    code = _run(command)
    try:
        sys.stdout.flush()
    except OSError as error:
        code = _told(error)
        # What is left of it would be tried again, and told of, when the interpreter ends.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    return code


def _run(command: Callable[[], object]) -> int:
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (KeyboardInterrupt, Exception) as error:
        return _told(error)
    return 0


def _told(error: BaseException) -> int:
    """Say what went wrong; return the exit code."""
    show_traceback(error)
    if isinstance(error, ReaderGone | BrokenPipeError):
        return 141
    if isinstance(error, Stopped | KeyboardInterrupt):
        _say("stopped.")
        return 130
    if isinstance(error, CropsmithError):
        from cropsmith.commands.options import option_of

        _say(error.spoken(option_of))
        return error.exit_code
    if isinstance(error, OSError):
        _say(f"{_place(error)}: {why(error)}.")
        return 1
    if isinstance(error, MemoryError):
        _say("there is not enough memory for that.")
        return 1
    kind = type(error).__name__
    _say(f"a fault of cropsmith itself, {kind}: {error}. CROPSMITH_DEBUG=1 shows where.")
    return 70


def show_traceback(error: BaseException) -> None:
    """Show where an error comes from, if CROPSMITH_DEBUG asks for it."""
    if os.environ.get("CROPSMITH_DEBUG", "") not in ("", "0"):
        lines = traceback.format_exception(error)
        print(visible(without_secrets("".join(lines))), end="", file=sys.stderr)


def _place(error: OSError) -> str:
    if error.filename is not None:
        return (
            os.fsdecode(error.filename)
            if isinstance(error.filename, bytes)
            else str(error.filename)
        )
    return "the output" if error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF) else "the system"


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError):
        print(f"cropsmith: {visible_line(without_secrets(sentence))}", file=sys.stderr)
