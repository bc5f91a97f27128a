"""Every error cropsmith raises on purpose.

    CropsmithError            one sentence, a hint, retryable
    ├── UsageError            the caller can fix it: bad ratio, unreadable photo, unknown model
    │   ├── ArgumentError     one argument cannot be so; it knows the argument's name
    │   ├── UnreadableImage   the file is not an image that can be decoded
    │   └── Infeasible        constraints that cannot hold together, with the smallest relaxation
    ├── MissingExtra          an optional package is absent; the pip command is the hint
    ├── OutputError           the result could not be written: exists, read-only, disk full
    ├── BudgetSpent           the cost or call ceiling was reached
    └── BackendError
        ├── NotAllowed        key missing or refused
        ├── Misconfigured     the server rejects the request itself: schema, image count, context
        └── Unavailable       retryable: connection, timeout, 429, 5xx

The outcomes of a model call that did happen (refused, blocked, truncated, invalid) are statuses of
its reply, not errors. The command line prints the sentence and the hint and exits with `exit_code`.
"""

import errno
import re
from collections.abc import Callable
from typing import Any

_ARGUMENT = re.compile(r"<([a-z_]+)((?:=True|=False)?)>")


def why(error: Exception) -> str:
    """Return what another's error says went wrong, to stand behind "because" or a colon."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "the disk is full"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    line = " ".join((getattr(error, "strerror", None) or str(error)).split()).rstrip(".")
    return line[:1].lower() + line[1:] or type(error).__name__


class CropsmithError(Exception):
    """One sentence about what went wrong, and optionally one about what to do."""

    exit_code = 1
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self._hint = hint

    @property
    def hint(self) -> str:
        """What to do, in the words of Python: "Give force=True to overwrite it."

        Where the hint was written, an argument stands as <force=True>.
        """
        return _ARGUMENT.sub(lambda found: found[1] + found[2], self._hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def spoken(self, option: Callable[[str, str], str]) -> str:
        """Return the sentence and the hint with options in place of arguments.

        `option` takes an argument's name, and "=True", "=False" or "".
        """
        hint = _ARGUMENT.sub(lambda found: option(found[1], found[2]), self._hint)
        return f"{self.message} {hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[CropsmithError], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    """Return an error as it was, in another process: its __init__ takes more than its args."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class UsageError(CropsmithError):
    """The caller can fix this: a bad ratio, an unknown model, contradictory wishes."""

    exit_code = 2


class ArgumentError(UsageError):
    """One argument cannot be so: "n must be 1 to 20, not 500." """

    def __init__(self, argument: str, reason: str, *, hint: str = "") -> None:
        super().__init__(f"{argument} {reason}.", hint=hint)
        self.argument = argument
        self.reason = reason

    def spoken(self, option: Callable[[str, str], str]) -> str:
        """Return the sentence about the option that stands for the argument."""
        told = UsageError(f"{option(self.argument, '')} {self.reason}.", hint=self._hint)
        return told.spoken(option)


class UnreadableImage(UsageError):
    """The input is not an image that can be decoded within the limits."""


class Infeasible(UsageError):
    """The hard constraints cannot hold together; the hint names the smallest relaxation."""


class MissingExtra(CropsmithError):
    """An optional package is absent."""

    exit_code = 3

    def __init__(self, need: str, extra: str) -> None:
        super().__init__(
            f"{need} needs the optional packages of cropsmith[{extra}].",
            hint=f"Install them with: pip install 'cropsmith[{extra}]'",
        )
        self.extra = extra


class OutputError(CropsmithError):
    """The result could not be written."""

    exit_code = 2


class BudgetSpent(CropsmithError):
    """The ceiling on calls or cost was reached before the next call."""


class BackendError(CropsmithError):
    """A model could not be asked at all."""


class NotAllowed(BackendError):
    """The key is missing or was refused."""

    exit_code = 2


class Misconfigured(BackendError):
    """The server rejects the request itself: unknown model, schema, image count, context."""

    exit_code = 2


class Unavailable(BackendError):
    """No answer: connection, timeout, 429, 5xx, or HTML where JSON was due."""

    retryable = True
