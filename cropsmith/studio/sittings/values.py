"""What a sitting is made of: entries (photos), takes (runs over one), edits (a person's steps)."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.level import MOST
from cropsmith.tools.schema.request import Straighten
from cropsmith.tools.schema.result import CropReport
from cropsmith.tools.schema.values import Value

FREE = "free"
"""The ratio of an edit whose shape is left free."""

TEXT = 4000
"""Characters of a request."""
SHAPES = 12
"""Shapes of an order."""

Word = Literal["", "accepted", "rejected"]
"""What a person says of a crop; empty where nothing is said, or no longer."""


class Wanted(Value):
    """What is asked of photos, and of whom."""

    text: str = Field(default="", max_length=TEXT)
    caption: str = Field(default="", max_length=TEXT)
    """What the photo shows; never read as a wish."""
    ratios: tuple[str, ...] = Field(default=(), max_length=SHAPES)
    models: tuple[str, ...] = Field(default=(), max_length=6)
    """Each makes a take of its own; none for the studio's."""
    settings: dict[str, str | float | bool | None] = Field(default_factory=dict, max_length=40)
    """Settings of a run that were changed in the form (docs/settings.md)."""
    alternatives: int | None = Field(default=None, ge=1, le=12)
    """None lets the words decide."""
    straighten: Straighten | None = Field(default=None, exclude_if=lambda given: given is None)
    """None lets the words decide."""


class Sitting(Value):
    """One sitting: its address is its id."""

    id: str
    name: str
    begun: float
    """Unix time, seconds."""
    wanted: Wanted | None = None
    """The latest order for all photos; photos that come later get it as well. None before one."""
    folder: str = ""
    """Absolute path of the folder that it was opened with; empty where photos were dropped in."""


class Entry(Value):
    """One photo of a sitting."""

    number: int
    """From 1, in order of arrival."""
    sha256: str = ""
    name: str
    path: str = ""
    """Absolute, where the photo lies in a file of its own; else the image store has it."""
    size: Size | None = None
    """Of the upright photo."""
    problem: str = ""
    """Why the file is no photo that can be cropped; it has no takes then."""
    notes: tuple[str, ...] = ()
    """What is wrong with the file, though it can be read."""


class State(StrEnum):
    """How far a take has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Take(Value):
    """One run over one photo."""

    entry: int
    number: int
    """From 1 within the entry."""
    model: str
    wanted: Wanted
    state: State = State.WAITING
    process: str = ""
    """Who works on it, while it is at work."""
    trace: str = ""
    report: CropReport | None = None
    choices: int = 0
    """Judgements that the person's taste was learnt from, where it took part."""
    problem: str = ""
    seconds: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in (State.DONE, State.FAILED)


class Edit(Value):
    """One step of a person: how one shape of a take stands after it."""

    take: int = Field(ge=1)
    target: int = Field(ge=0, le=100)
    box: Box
    ratio: str = Field(default="", max_length=60)
    """Empty for the ratio that was asked for, `FREE`, or another shape: "1:1"."""
    word: Word = ""
    angle: float = Field(default=0.0, ge=-MOST, le=MOST)
    """Degrees that the photo is turned by, clockwise; the box lies on the turned one."""
    did: str = Field(default="", max_length=120)
    """What the step was, as undo names it: "moved", "1:1"."""


class Standing(Value):
    """How one shape of a take stands now."""

    box: Box
    ratio: str = ""
    word: Word = ""
    angle: float = 0.0
    """Degrees that the photo is turned by, clockwise; the box lies on the turned one."""


class History(Value):
    """The steps of a person over one photo, and how many of them are not undone."""

    edits: tuple[Edit, ...] = ()
    at: int = 0

    def standing(self, take: Take, target: int) -> Standing:
        """Return how a shape stands. The take must have its report."""
        for edit in reversed(self.edits[: self.at]):
            if (edit.take, edit.target) == (take.number, target):
                return Standing(box=edit.box, ratio=edit.ratio, word=edit.word, angle=edit.angle)
        assert take.report is not None
        return Standing(box=take.report.crops[target].box, angle=take.report.angle)

    @property
    def undoes(self) -> Edit | None:
        """The step that undo would take back."""
        return self.edits[self.at - 1] if self.at else None

    @property
    def redoes(self) -> Edit | None:
        """The step that redo would do again."""
        return self.edits[self.at] if self.at < len(self.edits) else None


class Sheet(Value):
    """One photo with all that belongs to it."""

    entry: Entry
    takes: tuple[Take, ...] = ()
    history: History = History()

    def take(self, number: int) -> Take | None:
        """Return the take of that number."""
        return next((take for take in self.takes if take.number == number), None)

    @property
    def latest(self) -> Take | None:
        """The newest take that has an answer."""
        return next((take for take in reversed(self.takes) if take.report is not None), None)
