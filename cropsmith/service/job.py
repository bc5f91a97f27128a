"""A job as the service keeps it, and as a client sees it."""

from enum import StrEnum

from cropsmith.service.callback import CallState, CallView
from cropsmith.service.problems import Problem
from cropsmith.tools.schema.result import CropReport
from cropsmith.tools.schema.values import Value


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (State.QUEUED, State.RUNNING)


class Picture(Value):
    """A crop as a file."""

    file: str
    """Its name in the folder of results."""
    media_type: str
    etag: str
    """sha256 of its bytes."""
    width: int
    height: int
    notes: tuple[str, ...] = ()
    rejected: str = ""
    """Why no crop answers the request, where this is only the nearest."""


class Job(Value):
    """A request that was accepted."""

    id: str
    owner: str
    """Name of the key that it belongs to."""
    order: str
    """`Order.kept()`: JSON."""
    digest: str
    batch: str = ""
    idempotency: str = ""
    uploaded: bool = False
    """Whether the photo lies in the folder of uploads."""
    state: State = State.QUEUED
    attempt: int = 0
    """Times that a worker began it."""
    created: float
    """Unix time, seconds."""
    ended: float | None = None
    report: str = ""
    """JSON of the CropReport, once done."""
    problem: Problem | None = None
    pictures: tuple[Picture, ...] = ()
    callback: str = ""
    """Address of the client's server that is to be told of the end; empty for none."""
    call_state: CallState = CallState.WAITING
    """Of the callback, where there is one."""
    call_tries: int = 0
    call_due: float | None = None
    """Unix time of the next call; None before the end, and once that is settled."""
    call_problem: str = ""


class Shown(Value):
    """A picture as a client sees it."""

    url: str
    """Signed: needs no key, until it expires."""
    media_type: str
    width: int
    height: int
    notes: list[str] = []
    data: str | None = None
    """The picture in base64, where both were asked for."""


class JobView(Value):
    """A job as its owner sees it."""

    id: str
    state: State
    attempt: int
    created: float
    ended: float | None = None
    batch: str = ""
    result: CropReport | None = None
    pictures: list[Shown] = []
    problem: Problem | None = None
    callback: CallView | None = None


class BatchView(Value):
    """How far a batch has come."""

    id: str
    states: dict[str, int]
    """Jobs by state."""
    jobs: list[str]
