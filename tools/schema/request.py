"""What a person asks for, and what was understood: CropRequest -> Intent."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value


class Side(StrEnum):
    """A side of the crop."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


class CopySpace(Value):
    """Calm room for a headline: a strip along one side of the crop."""

    side: Side
    share: float = Field(default=1 / 3, gt=0, lt=1)
    """Share of the crop's area."""


class Phrase(Value):
    """A thing named in words: "the two dogs on the left"."""

    text: str
    """As written, without the article: "two dogs on the left"."""
    head: str
    """The noun phrase to look for: "dogs"; attributes stay in: "woman with the red umbrella"."""
    count: int | None = None
    """How many were named; None when the phrase does not say."""
    position: str | None = None
    """leftmost, rightmost, topmost, bottommost, largest, smallest, middle, nearest, or an
    ordinal such as "second from left"; None when any match will do."""


class NeverCut(StrEnum):
    """Kinds of things that may be told never to be cut through."""

    FACES = "faces"
    TEXT = "text"
    PEOPLE = "people"
    SUBJECT = "subject"


class Target(Value):
    """One asked shape. Neither ratio nor size means any shape will do."""

    name: str = ""
    """The preset or words it came from: "Instagram portrait", "4:5"."""
    ratio: Ratio | None = None
    size: Size | None = None
    """Exact output pixels; implies the ratio."""
    at_most: bool = False
    """The size is a preset's, not the person's: a photo with fewer pixels gives a smaller file of
    the same ratio instead of being refused."""


class Tightness(StrEnum):
    """How close to go in."""

    TIGHT = "tight"
    NORMAL = "normal"
    LOOSE = "loose"


class CropRequest(Value):
    """Everything a person can ask of one photo; each field beside `text` overrides the words."""

    text: str = ""
    targets: tuple[Target, ...] = ()
    subjects: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    never_cut: tuple[NeverCut, ...] = ()
    copy_space: CopySpace | None = None
    keep_out: tuple[Box, ...] = ()
    """Zones of the photo that no crop may contain any part of."""
    subject_box: Box | None = None
    """The subject, given by its box on the upright image; honoured as if it had been grounded."""
    subject_image: str | None = None
    """sha256 of a reference picture: crop to *this* thing."""
    min_size: Size | None = None
    """Smallest crop in pixels of the photo."""
    tightness: Tightness | None = None
    margin: float | None = Field(default=None, ge=0, le=1)
    """Free room around the subject, as a share of the subject's larger side."""
    alternatives: int | None = Field(default=None, ge=1, le=20)
    """How many answers per target; None lets the words decide, else 1."""
    keep: bool | None = None
    """True: leave the photo as it is; False: do not answer KEEP; None: decide."""
    upscale: bool = False
    """Allow output pixels that the photo does not have."""


class Intent(Value):
    """What was understood of a request, ready for every node."""

    task: Literal["free", "subject", "ratio"]
    targets: tuple[Target, ...]
    """At least one; a single empty Target when no shape was asked."""
    subjects: tuple[Phrase, ...] = ()
    avoid: tuple[Phrase, ...] = ()
    never_cut: tuple[NeverCut, ...] = ()
    copy_space: CopySpace | None = None
    keep_out: tuple[Box, ...] = ()
    subject_box: Box | None = None
    subject_image: str | None = None
    min_size: Size | None = None
    tightness: Tightness = Tightness.NORMAL
    margin: float | None = None
    alternatives: int = 1
    keep: bool | None = None
    upscale: bool = False
    read_back: str = ""
    """The request as understood, one plain sentence, shown to the person."""
    unclear: tuple[str, ...] = ()
    """Words of the request that were not understood, said in the result's notes."""
    contradictions: tuple[str, ...] = ()
    """Wishes of the words that exclude each other, one sentence each."""
