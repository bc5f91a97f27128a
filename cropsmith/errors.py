"""Every error cropsmith raises on purpose.

    CropsmithError            one sentence, a hint, retryable
    ├── UsageError            the caller can fix it: bad ratio, unreadable photo, unknown model
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


class CropsmithError(Exception):
    """One sentence about what went wrong, and optionally one about what to do."""

    exit_code = 1
    retryable = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(CropsmithError):
    """The caller can fix this: a bad ratio, an unknown model, contradictory wishes."""

    exit_code = 2


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
