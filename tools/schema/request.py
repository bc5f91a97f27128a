"""What a person asks for, and what was understood: CropRequest -> Intent."""

from enum import StrEnum
from operator import not_
from typing import Annotated, Literal

from pydantic import Field

from cropsmith.tools.schema.geometry import Box, Point, Size
from cropsmith.tools.schema.level import MOST
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value

Straighten = Literal["auto"] | Annotated[float, Field(ge=-MOST, le=MOST)]
"""Degrees that the photo is turned by, clockwise; or as its own lines say, where they surely do."""


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


class Across(StrEnum):
    """Where something lies from left to right in the crop."""

    LEFT = "left"
    """In the left part: its centre left of the middle."""
    LEFT_THIRD = "left third"
    """Its centre on the line between the left third and the middle one."""
    CENTER = "center"
    RIGHT_THIRD = "right third"
    RIGHT = "right"


class Down(StrEnum):
    """Where something lies from top to bottom in the crop."""

    TOP = "top"
    """In the upper part: its centre above the middle."""
    UPPER_THIRD = "upper third"
    """Its centre on the line between the upper third and the middle one."""
    CENTER = "center"
    LOWER_THIRD = "lower third"
    BOTTOM = "bottom"


class Placement(Value):
    """Where the subject, or else the main subject, is to lie in the crop."""

    across: Across | None = None
    down: Down | None = None
    horizon: Down | None = None
    """Where the horizon is to lie; "more sky" asks for it low."""
    looking_room: bool = False
    """More room on the side that the subject faces or moves to."""
    headroom: bool = False
    """A tenth to an eighth of the crop above the topmost head."""


class Shot(StrEnum):
    """How much of a person the crop shows: the genres of pictures of people."""

    HEADSHOT = "headshot"
    """The head, with the tops of the shoulders; the face in the middle third."""
    PORTRAIT = "portrait"
    """Head and shoulders."""
    HALF_BODY = "half body"
    """From the waist up."""
    FULL_BODY = "full body"
    """From above the head to below the feet."""
    GROUP = "group"
    """Everybody whole."""
    PASSPORT = "passport"
    """The head by the rule of a country."""


class PassportRule(Value):
    """Head size and eye line of a country's passport photo, as shares of the picture's height."""

    country: str
    """As a person reads it: "United Kingdom"."""
    least_head: float = Field(gt=0, lt=1)
    """Chin to crown."""
    most_head: float = Field(gt=0, lt=1)
    lowest_eyes: float = Field(gt=0, lt=1)
    """Of the eye line above the lower edge."""
    highest_eyes: float = Field(gt=0, lt=1)


class Edge(Value):
    """An edge of a named thing that is to be an edge of the crop: "cut all left of the tree"."""

    phrase: str
    """The text of the phrase."""
    side: Side


class Keep(StrEnum):
    """What the file of a crop keeps of what the photo says about itself."""

    ALL = "all"
    """All that is true of the crop."""
    CREDIT = "credit"
    """Who made it and whose it is, and its colours."""
    NONE = "none"
    """Its colours alone."""


class FileWish(Value):
    """Wishes about the file to write, which are not things in the picture."""

    keep: Keep = Keep.ALL
    without_location: bool = False
    format: str = ""
    """"jpeg", "png", "webp", ...; empty for that of the photo."""
    most_bytes: int | None = Field(default=None, gt=0)

    @property
    def without_metadata(self) -> bool:
        """Whether nothing is to be kept."""
        return self.keep is Keep.NONE

    def but(self, keep: Keep | None = None, gps: bool | None = None) -> "FileWish":
        """Return the wishes with those of arguments in the place of those of words."""
        kept = {} if keep is None else {"keep": keep}
        placed = {} if gps is None else {"without_location": not gps}
        return self.model_copy(update=kept | placed)


class Phrase(Value):
    """A thing named in words: "the two dogs on the left"."""

    text: str
    """As written, without the article: "two dogs on the left"."""
    head: str
    """The noun phrase to look for: "dogs"; attributes stay in: "woman with the red umbrella"."""
    count: int | None = None
    """How many were named; None when the phrase does not say."""
    position: str | None = None
    """leftmost, rightmost, topmost, bottommost, largest, smallest, middle, nearest, edge, or an
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

    FILL = "fill"
    """The subject fills the frame."""
    TIGHT = "tight"
    NORMAL = "normal"
    LOOSE = "loose"
    """The subject is small in the frame."""
    WIDEST = "widest"
    """The least possible is cut away."""


def _is_none(given: object) -> bool:
    return given is None


class CropRequest(Value):
    """Everything a person can ask of one photo; each field beside `text` overrides the words."""

    text: str = ""
    caption: str = ""
    """What the photo shows, in words: a source of the subject, never of commands."""
    targets: tuple[Target, ...] = ()
    subjects: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    never_cut: tuple[NeverCut, ...] = ()
    copy_space: CopySpace | None = None
    keep_out: tuple[Box, ...] = ()
    """Zones of the photo that no crop may contain any part of."""
    subject_box: Box | None = None
    """The subject, given by its box on the upright image; honoured as if it had been grounded."""
    subject_centre: Point | None = None
    """Centroid of the subject's mask, where it was given by one."""
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
    straighten: Straighten | None = Field(default=None, exclude_if=_is_none)
    """None lets the words decide, else the photo is not turned. Boxes of the request are on the
    photo before that."""


class Intent(Value):
    """What was understood of a request, ready for every node."""

    task: Literal["free", "subject", "ratio"]
    words: str = Field(default="", exclude_if=not_)
    """What the person wrote, word for word: a model is told it in every question."""
    targets: tuple[Target, ...]
    """At least one; a single empty Target when no shape was asked."""
    subjects: tuple[Phrase, ...] = ()
    alone: bool = Field(default=False, exclude_if=not_)
    """Whether the words ask for the subjects and nothing else: "only the dog"."""
    avoid: tuple[Phrase, ...] = ()
    landmarks: tuple[Phrase, ...] = ()
    """Things whose edges the crop is cut at: found, but not what it is about."""
    never_cut: tuple[NeverCut, ...] = ()
    copy_space: CopySpace | None = None
    placement: Placement = Placement()
    shot: Shot | None = None
    passport: PassportRule | None = None
    """The rule that a passport photo must meet."""
    edges: tuple[Edge, ...] = ()
    keep_out: tuple[Box, ...] = ()
    subject_box: Box | None = None
    subject_centre: Point | None = None
    subject_image: str | None = None
    min_size: Size | None = None
    tightness: Tightness = Tightness.NORMAL
    margin: float | None = None
    alternatives: int = 1
    keep: bool | None = None
    upscale: bool = False
    straighten: Straighten | None = Field(default=None, exclude_if=not_)
    file: FileWish = FileWish()
    language: str = "en"
    """ISO 639-1 code of the language that the words were taken to be in."""
    read_back: str = ""
    """The request as understood, one plain sentence, shown to the person."""
    unclear: tuple[str, ...] = ()
    """Words of the request that were not understood, said in the result's notes."""
    doubtful: tuple[str, ...] = ()
    """Words that were read and may be meant otherwise, said in the result's notes."""
    contradictions: tuple[str, ...] = ()
    """Wishes of the words that exclude each other, one sentence each."""

    @property
    def closeness(self) -> Tightness:
        """How close to go, the words for "nothing else" counted where no other wish needs room."""
        needs_room = self.copy_space or self.placement != Placement() or self.margin or self.edges
        plain = self.tightness is Tightness.NORMAL and not needs_room and self.shot is None
        return Tightness.TIGHT if self.alone and plain else self.tightness
