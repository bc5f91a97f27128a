"""What was found in the photo: boxes with their source, composition, examples."""

from enum import StrEnum
from operator import not_

from pydantic import Field

from cropsmith.tools.schema.geometry import Box, Point
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value


class EvidenceKind(StrEnum):
    """What an evidence box shows."""

    SUBJECT = "subject"
    AVOID = "avoid"
    FACE = "face"
    TEXT = "text"
    PERSON = "person"
    SALIENT = "salient"
    THING = "thing"
    """A thing of the offline finder's that nobody named."""


class Evidence(Value):
    """A region of the photo that matters, and who says so."""

    kind: EvidenceKind
    box: Box
    source: str
    """The finder: "nanodet", "faceboxes", "yunet", "owlvit", "saliency", "user", a model's name."""
    phrase: str = ""
    """The words it answers; empty for faces, text and saliency."""
    confidence: float | None = Field(default=None, ge=0, le=1)
    agreement: float | None = Field(default=None, ge=0, le=1)
    """IoU with the other sources' boxes for the same phrase; None with one source."""
    guessed: bool = Field(default=False, exclude_if=not_)
    """Whether it only stands in for the phrase, or is the clearest of several that it may mean:
    words then speak of the label, not of the phrase."""
    label: str = Field(default="", exclude_if=not_)
    """The kind of thing that the finder took it for: "dog", one of COCO's 80 classes."""
    centre: Point | None = Field(default=None, exclude_if=lambda centre: centre is None)
    """Centroid of its mask, where its outline is known; None where only the box is."""

    @property
    def sure(self) -> float:
        """How likely it is: its confidence, or 1 from who tells none."""
        return 1.0 if self.confidence is None else self.confidence

    @property
    def middle(self) -> Point:
        """Its mask's centroid, else the middle of its box."""
        return self.centre or self.box.centre


class Grounding(Value):
    """The outcome of looking for what the request names."""

    found: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    """Phrases that nothing was found for."""
    guesses: tuple[Evidence, ...] = ()
    """Nearest guesses for the missing phrases, below the threshold; never used as if found."""
    told: tuple[str, ...] = Field(default=(), exclude_if=not_)
    """What the finders had to say of their answers, plain sentences."""
    beyond: tuple[str, ...] = Field(default=(), exclude_if=not_)
    """Phrases of `missing` that no finder at hand knows how to look for."""
    unsure: tuple[str, ...] = Field(default=(), exclude_if=not_)
    """Phrases of `missing` that mean one of several people, nobody can tell whom."""


class Element(StrEnum):
    """Composition elements: the thirteen classes of CADB, which contain CROP's known six."""

    CENTER = "center"
    RULE_OF_THIRDS = "rule of thirds"
    GOLDEN_RATIO = "golden ratio"
    TRIANGLE = "triangle"
    HORIZONTAL = "horizontal"
    VERTICAL = "vertical"
    DIAGONAL = "diagonal"
    SYMMETRIC = "symmetric"
    CURVED = "curved"
    RADIAL = "radial"
    VANISHING_POINT = "vanishing point"
    PATTERN = "pattern"
    FILL_THE_FRAME = "fill the frame"


class Line(Value):
    """A straight line of the scene, on the upright image."""

    start: Point
    end: Point
    kind: str = ""
    """"horizon", "leading", "vertical", "diagonal", "axis"."""


class ElementFinding(Value):
    """One composition element, how present it is, and where."""

    element: Element
    strength: float = Field(ge=0, le=1)
    box: Box | None = None
    remark: str = ""


class Analysis(Value):
    """The compositional analysis of a photo (CROP, stage 1): a record, not prose."""

    source: str
    """The mind that made it."""
    scene: str = ""
    subjects: tuple[Evidence, ...] = ()
    elements: tuple[ElementFinding, ...] = ()
    lines: tuple[Line, ...] = ()
    distractions: tuple[Evidence, ...] = ()
    focal_point: Point | None = None
    remark: str = ""


class ExpertCrop(Value):
    """A crop that an expert made, with a score where the dataset has one (MOS 1-5)."""

    box: Box
    score: float | None = None


class Example(Value):
    """A retrieved photo and its expert crops: one in-context example (Cropper)."""

    sha256: str
    """Of the example photo; its pixels are in the image store."""
    width: int
    height: int
    crops: tuple[ExpertCrop, ...]
    similarity: float
    """Q: cosine of the embeddings with the query photo."""
    source: str
    """Dataset and file name, or "personal"."""
    subject: Point | None = None
    """Centroid of the subject's mask, else the middle of its box; None where the dataset has
    neither."""

    @property
    def ratio(self) -> Ratio:
        """Of the whole example photo."""
        return Ratio.of(self.width, self.height)
