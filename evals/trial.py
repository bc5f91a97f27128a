"""What a system is given, and what it gives back. A trial carries no label a system could read."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from pydantic import Field

from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value


class Mode(StrEnum):
    """The two families of published numbers; a table never holds both."""

    GENERATE = "generate"
    """The system makes a crop."""
    RANK = "rank"
    """The system scores the dataset's own boxes."""


class Protocol(StrEnum):
    """What is given, and what is asked."""

    FREE = "free"
    RATIO = "ratio"
    """The expert crop's ratio is given."""
    TEXT = "text"
    """The dataset's wish or caption is given."""
    ASKED = "asked"
    """A request is given in words, whose answer can be checked."""
    SUBJECT = "subject"
    """The subject's box is given."""
    GUIDE = "guide"
    """Keep the photo, refine it by a crop, or reject it (CaptureGuide-Bench)."""
    ANCHORS = "anchors"
    """Score the anchors that people rated."""
    VOTES = "votes"
    """Score the crops of the pairs that people voted on."""
    CANDIDATES = "candidates"
    """Choose among the voted crops and the expert's own: the answer is among them."""
    RATINGS = "ratings"
    """Score the whole photo."""

    @property
    def mode(self) -> Mode:
        """The family it belongs to."""
        return Mode.RANK if self in _RANKS else Mode.GENERATE


_RANKS = frozenset({Protocol.ANCHORS, Protocol.VOTES, Protocol.CANDIDATES, Protocol.RATINGS})


class SampleStatus(StrEnum):
    """How a sample ended; kept apart everywhere. Only OK has an answer."""

    OK = "ok"
    REFUSED = "refused"
    BLOCKED = "blocked"
    TRUNCATED = "truncated"
    INVALID = "invalid"
    """The answer could not be parsed, or held no box."""
    UNAVAILABLE = "unavailable"
    """The server gave no answer: connection, limits, 5xx."""
    TIMEOUT = "timeout"
    """Nothing within the study's time limit."""
    ERROR = "error"
    """Anything else, such as a photo that does not open."""


PAID_FOR = frozenset(
    {
        SampleStatus.OK,
        SampleStatus.REFUSED,
        SampleStatus.BLOCKED,
        SampleStatus.TRUNCATED,
        SampleStatus.INVALID,
    }
)
"""Answers of a model, good or bad: results. The others are faults of the way, and are retried."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One photo as a system sees it."""

    name: str
    path: str
    size: Size | None
    protocol: Protocol
    ratio: Ratio | None = None
    text: str = ""
    described: bool = False
    """The text is a caption, not a request."""
    subject: Box | None = None
    subject_mask: str = ""
    """File of the subject's mask, where there is one."""
    boxes: tuple[Box, ...] = ()
    """What to score in rank mode, ordered by place."""
    seed: int = 0
    may_keep: bool = True
    """Whether leaving the photo as it is counts as an answer."""


class Answer(Value):
    """What became of one trial; a failure has a status and no answer, never a made-up one."""

    status: SampleStatus
    box: Box | None = None
    scores: tuple[float, ...] = ()
    """One per box of the trial, higher is better."""
    kept: bool | None = None
    """Whether the system said to keep the photo as it is."""
    rejected: bool = False
    """Whether it said that no crop helps, where that is an answer (`Protocol.GUIDE`)."""
    reasons: tuple[str, ...] = ()
    confidence: float | None = None
    proposed_by: str = ""
    """Whose candidate was chosen: the model's own, or another source of the graph."""
    message: str = ""
    """Why the status is not OK."""
    raw: str = ""
    """The start of what the model said, when it could not be used."""
    trace_id: str | None = None
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = Field(default=0.0)
    """US dollars; None when the price is not known."""
    conventions: tuple[str, ...] = ()
    """Coordinate conventions of the calls, as the backends record them."""


def in_place_order(crops: tuple[ExpertCrop, ...]) -> tuple[ExpertCrop, ...]:
    """Order scored crops by place: records hold them best first, which would leak the labels."""
    return tuple(sorted(crops, key=lambda c: (c.box.y1, c.box.x1, c.box.y2, c.box.x2)))


def boxes_to_rank(photo: LabelledPhoto, protocol: Protocol) -> tuple[Box, ...]:
    """Return the boxes that a ranking system scores, each once, ordered by place."""
    if protocol is Protocol.VOTES:
        return _by_place(_voted_on(photo))
    if protocol is Protocol.CANDIDATES:
        return _by_place(_voted_on(photo) | {photo.crops[0].box})
    if protocol is Protocol.RATINGS:
        return (Box.whole(),)
    return tuple(crop.box for crop in in_place_order(photo.crops))


def _voted_on(photo: LabelledPhoto) -> set[Box]:
    return {box for pair in photo.votes for box in (pair.first, pair.second)}


def _by_place(boxes: set[Box]) -> tuple[Box, ...]:
    return tuple(sorted(boxes, key=lambda b: (b.y1, b.x1, b.y2, b.x2)))


def given_ratio(box: Box, size: Size) -> Ratio:
    """Return the ratio to give for an expert's crop, its short side at most 100.

    Not its exact lowest terms: 757:399 would tell the crop's size, since no other box has it.
    """
    share = Fraction(round(box.width * size.width), max(1, round(box.height * size.height)))
    near = share.limit_denominator(100) if share < 1 else 1 / (1 / share).limit_denominator(100)
    return Ratio.of(near.numerator, near.denominator)


def offers(photo: LabelledPhoto, protocol: Protocol) -> bool:
    """Tell whether the photo's labels allow the protocol."""
    scored = len(photo.crops) > 1 and all(crop.score is not None for crop in photo.crops)
    match protocol:
        case Protocol.FREE:
            return not is_rating(photo) and photo.asked is None and not photo.advice
        case Protocol.GUIDE:
            return bool(photo.advice)
        case Protocol.ASKED:
            return photo.asked is not None
        case Protocol.RATIO:
            return bool(photo.crops) and not scored and not is_rating(photo) and bool(photo.size)
        case Protocol.TEXT:
            return bool(photo.text) and photo.asked is None
        case Protocol.SUBJECT:
            return photo.subject is not None
        case Protocol.ANCHORS:
            return scored
        case Protocol.VOTES:
            return bool(photo.votes)
        case Protocol.CANDIDATES:
            return bool(photo.votes) and len(photo.crops) == 1
        case Protocol.RATINGS:
            return is_rating(photo)


def is_rating(photo: LabelledPhoto) -> bool:
    """Tell whether the label is a score of the whole photo (CADB, AADB)."""
    return len(photo.crops) == 1 and photo.crops[0].score is not None


def trial_for(
    photo: LabelledPhoto, protocol: Protocol, seed: int = 0, *, may_keep: bool = True
) -> Trial:
    """Return what a system is given of a labelled photo under a protocol."""
    ratio = None
    if protocol is Protocol.RATIO and photo.size:
        ratio = given_ratio(photo.crops[0].box, photo.size)
    if protocol is Protocol.ASKED and photo.asked:
        ratio = photo.asked.ratio
    return Trial(
        name=photo.name,
        path=photo.path,
        size=photo.size,
        protocol=protocol,
        ratio=ratio,
        text=photo.text if protocol in (Protocol.TEXT, Protocol.ASKED) else "",
        described=photo.described,
        subject=photo.subject if protocol is Protocol.SUBJECT else None,
        subject_mask=photo.subject_mask if protocol is Protocol.SUBJECT else "",
        boxes=boxes_to_rank(photo, protocol) if protocol.mode is Mode.RANK else (),
        seed=seed,
        may_keep=may_keep,
    )
