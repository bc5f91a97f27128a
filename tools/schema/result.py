"""What a person gets back."""

from enum import StrEnum
from operator import not_

from pydantic import Field

from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box, PixelBox, Point, Size
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.schema.values import Value


class Failure(Value):
    """A part that could not do its work; the run went on without it."""

    node: str
    source: str
    """The model or tool that failed."""
    status: str
    """refused, blocked, truncated, invalid, unavailable, or "error"."""
    message: str


class ElementChange(Value):
    """How much an element rose or fell from original to crop (CLIPCropping, section 4.3)."""

    element: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """Positive when the crop has more of it."""
        return self.after - self.before


class Decision(Value):
    """The choice for one target (CROP, stage 3)."""

    target: int
    chosen: str
    """Candidate id."""
    kept: bool
    """Whether the original was kept."""
    reasons: tuple[str, ...]
    confidence: float | None = Field(default=None, ge=0, le=1)
    """Calibrated probability that a person prefers the crop to the original; None where unknown."""
    source: str
    """The mind that decided."""
    ranking: tuple[str, ...] = ()
    """Candidate ids, best first."""


class Framed(Value):
    """The answer for one target."""

    target: Target
    box: Box
    """Exactly `pixels` divided by the image's size."""
    pixels: PixelBox
    output: Size
    """Pixels of the written file."""
    kept: bool
    reasons: tuple[str, ...]
    confidence: float | None = None
    scores: dict[str, float] = Field(default_factory=dict)
    source: str
    """Who proposed it first."""
    also: tuple[str, ...] = Field(default=(), exclude_if=not_)
    """Others who proposed the same box."""
    changes: tuple[ElementChange, ...] = ()
    alternatives: tuple[Candidate, ...] = ()
    """Ranked and diverse, with boxes already solved to whole pixels; without the chosen one."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Everyone who proposed it, the first first."""
        return (self.source, *self.also)


class Usage(Value):
    """What the model calls of a run cost."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None when a price is not known."""


class CropReport(Value):
    """The data of a result: what `--json` prints. Schema in docs/crop-result.schema.json."""

    source: str
    """File name, URL or "bytes", as given."""
    sha256: str
    image: Size
    """The upright photo."""
    model: str
    intent: Intent
    crops: tuple[Framed, ...]
    """One per target, in the order asked."""
    focal_point: Point
    notes: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    usage: Usage = Usage()
    trace_id: str | None = None


class CheckKind(StrEnum):
    """Names of the hard checks, as they appear in `Check.name`."""

    RATIO = "ratio"
    INSIDE = "inside"
    MIN_SIZE = "minimum size"
    NEVER_CUT = "never cut"
    AVOID = "exclusion"
    KEEP_OUT = "keep-out"
    COPY_SPACE = "copy space"
    SUBJECT = "subject inside"
    MARGIN = "margin"
