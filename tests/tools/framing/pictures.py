"""Photos as boxes for the tests of framing: who is where, and the crop that comes of a request."""

from collections.abc import Sequence

from cropsmith.tools.constraints.from_intent import constraints_for
from cropsmith.tools.constraints.relaxation import settle
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.framing.framing import framing_of
from cropsmith.tools.framing.meeting import meet
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Line
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Target

IMAGE = Size(width=3000, height=2000)


def face(x: float, y: float, high: float, image: Size = IMAGE) -> Evidence:
    """Return a face of a height in pixels, about a centre in pixels; three quarters as wide."""
    wide = 0.75 * high
    box = ((x - wide / 2) / image.width, (y - high / 2) / image.height,
           (x + wide / 2) / image.width, (y + high / 2) / image.height)  # fmt: skip
    return Evidence(kind=EvidenceKind.FACE, box=Box.of(box), source="yunet", confidence=0.9)


def person(left: int, top: int, right: int, bottom: int, image: Size = IMAGE) -> Evidence:
    """Return a whole person."""
    box = Box.of(
        (left / image.width, top / image.height, right / image.width, bottom / image.height)
    )
    return Evidence(kind=EvidenceKind.PERSON, box=box, source="nanodet", label="person")


def subject(box: Evidence, phrase: str, source: str = "nanodet") -> Evidence:
    """Return what was found as the subject of a request."""
    return box.model_copy(
        update={"kind": EvidenceKind.SUBJECT, "phrase": phrase, "source": source, "label": ""}
    )


def asking(shape: str | None = None, **wishes: object) -> Intent:
    """Return an intent for one shape, any when None."""
    target = Target(ratio=Ratio.parse(shape)) if shape else Target()
    return Intent.model_validate({"task": "free", "targets": (target,), **wishes})


def cropped(
    intent: Intent,
    evidence: Sequence[Evidence],
    image: Size = IMAGE,
    horizon: Line | None = None,
    wish: Box | None = None,
) -> tuple[PixelBox, tuple[str, ...]]:
    """Return the crop nearest to the framing's first draft, or to a wish, and the notes."""
    target = intent.targets[0]
    framing = framing_of(intent, target, evidence, image, horizon)
    settled = settle(target, constraints_for(intent, target, framing.evidence, image), image)
    rules = meet(settled, framing, target, image)
    wish = wish or (framing.drafts[0].box if framing.drafts else Box.whole())
    return solve(wish, target, rules.constraints, image), rules.notes
