"""What a person gets back."""

from collections.abc import Mapping
from enum import StrEnum
from operator import not_
from typing import Any

from pydantic import Field, computed_field, model_validator

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


class Verdict(StrEnum):
    """What is to be done with the photo for one target."""

    CROP = "crop"
    KEEP = "keep"
    """Leave it as it is."""
    REJECT = "reject"
    """No crop of this photo answers the request; the nearest thing is shown, and why it is not."""

    @classmethod
    def on(cls, box: Box) -> "Verdict":
        """Return KEEP for the whole photo, CROP for a part of it."""
        return cls.KEEP if box == Box.whole() else cls.CROP


class Judged(Value):
    """What has a verdict."""

    verdict: Verdict

    @computed_field  # type: ignore[prop-decorator]
    @property
    def kept(self) -> bool:
        """Whether the photo is best left as it is."""
        return self.verdict is Verdict.KEEP

    @model_validator(mode="before")
    @classmethod
    def _once_kept(cls, data: Any) -> Any:
        # Version 0.1 told `kept` alone; what is written today repeats it beside the verdict.
        if not isinstance(data, Mapping) or "kept" not in data:
            return data
        rest = {name: value for name, value in data.items() if name != "kept"}
        return {"verdict": Verdict.KEEP if data["kept"] else Verdict.CROP, **rest}


class ElementChange(Value):
    """How much an element rose or fell from original to crop (CLIPCropping, section 4.3)."""

    element: str
    before: float
    after: float

    @property
    def change(self) -> float:
        """Positive when the crop has more of it."""
        return self.after - self.before


class Decision(Judged):
    """The choice for one target (CROP, stage 3)."""

    target: int
    chosen: str
    """Candidate id."""
    reasons: tuple[str, ...]
    """Of a rejection: why, then the nearest thing that works."""
    confidence: float | None = Field(default=None, ge=0, le=1)
    """Calibrated chance that an expert's crop lies nearer to the crop that was proposed than to the
    original; None where unknown."""
    source: str
    """The mind that decided."""
    ranking: tuple[str, ...] = ()
    """Candidate ids, best first."""


class Framed(Judged):
    """The answer for one target."""

    target: Target
    box: Box
    """Exactly `pixels` divided by the image's size."""
    pixels: PixelBox
    output: Size
    """Pixels of the written file."""
    role: str = Field(default="", exclude_if=not_)
    """What the answer is among the answers: "medium", "subject on the left"."""
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
    """The upright photo, straightened where it is turned: boxes and pixels lie on that."""
    angle: float = Field(default=0.0, exclude_if=not_)
    """Degrees that the photo is turned by, clockwise, before it is cropped."""
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
    LEAST_PICTURE = "a picture is left"
    AVOID = "exclusion"
    KEEP_OUT = "keep-out"
    COPY_SPACE = "copy space"
    SUBJECT = "subject inside"
    MUST_STAY = "must stay"
    """What nobody asked for, but no crop should lose: faces, what the photo is about."""
    BYSTANDER = "bystander"
    """A face beside what was named: whole or not at all, where that can be."""
    MARGIN = "margin"
    SHOT = "shot"
    """How much of people, or of the subject, the crop shows."""
    PLACEMENT = "placement"
    EDGE = "edge"
