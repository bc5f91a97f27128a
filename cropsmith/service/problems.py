"""Errors as RFC 9457 problems: one JSON form for everything that is refused or fails."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from cropsmith import errors
from cropsmith.tools.schema.secret_text import without_secrets
from cropsmith.tools.schema.values import Value

URN = "urn:cropsmith:problem:"
MEDIA_TYPE = "application/problem+json"

_STATUS: tuple[tuple[type[errors.CropsmithError], int, str], ...] = (
    (errors.UnreadableImage, 422, "unreadable-image"),
    (errors.Infeasible, 422, "infeasible"),
    (errors.ArgumentError, 422, "argument"),
    (errors.UsageError, 422, "request"),
    (errors.MissingExtra, 501, "not-installed"),
    (errors.BudgetSpent, 503, "budget-spent"),
    (errors.Unavailable, 503, "model-unavailable"),
    (errors.BackendError, 502, "model"),
)
"""Of every error that tells of itself; the first that fits. What is not here is our own fault."""


class Problem(Value):
    """A problem as RFC 9457 has it; `hint` and `field` are ours."""

    type: str = Field(pattern=rf"^{URN}[a-z-]+$")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    hint: str = ""
    field: str = ""
    """The part of the request that cannot be so."""


class Refused(HTTPException):
    """A request is answered with a problem. FastAPI lets only HTTPException out of a body."""

    def __init__(self, problem: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.status, problem.title, dict(headers or {}))
        self.problem = problem


def problem(status: int, kind: str, title: str, **more: Any) -> Problem:
    """Return a problem by its short name."""
    return Problem(type=URN + kind, title=title, status=status, **more)


def refused(status: int, kind: str, title: str, *, retry: float = 0, **more: Any) -> Refused:
    """Return the exception that answers with a problem; `retry` seconds go into Retry-After."""
    headers = {"retry-after": str(max(1, round(retry)))} if retry else {}
    if status == 401:
        headers["www-authenticate"] = 'Bearer realm="cropsmith"'
    return Refused(problem(status, kind, title, **more), headers)


def problem_of(error: BaseException) -> Problem:
    """Return the problem that an error is; of a fault of ours nothing but its kind."""
    for kind, status, name in _STATUS:
        if isinstance(error, kind):
            told = {"detail": without_secrets(error.message), "hint": without_secrets(error.hint)}
            field = getattr(error, "argument", "")
            return problem(status, name, "The photo was not cropped.", **told, field=field)
    detail = type(error).__name__
    return problem(500, "fault", "The service failed at this photo.", detail=detail)


def answer(found: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return the HTTP answer that tells a problem."""
    return JSONResponse(
        found.model_dump(exclude_defaults=True) | {"status": found.status},
        found.status,
        headers=dict(headers or {}),
        media_type=MEDIA_TYPE,
    )
