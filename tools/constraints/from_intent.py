"""From what was asked and what was found to the hard constraints of one target."""

from collections.abc import Iterable, Iterator, Sequence

from cropsmith.tools.constraints.calling import are_several, called
from cropsmith.tools.constraints.clutter import CalmSide, Clutter
from cropsmith.tools.constraints.fitting import Fitted, Part, fitted
from cropsmith.tools.constraints.kinds import (
    AtLeast,
    ClearSide,
    Constraint,
    Inside,
    contains,
    touched,
    with_target,
)
from cropsmith.tools.constraints.must_stay import (
    Because,
    MustStay,
    bystanders,
    must_stay,
    room_of_doubt,
)
from cropsmith.tools.constraints.things import Contains, Excludes, NotCut
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, NeverCut, Target
from cropsmith.tools.schema.result import CheckKind

SOLID = (EvidenceKind.FACE, EvidenceKind.TEXT, EvidenceKind.PERSON)
"""What copy space is better free of, beside what must stay."""
AVOID_ROOM = 0.05
"""Room on every side of what is to go, as a share of its own sides: boxes are drawn tightly, and
an edge of it shows more than the same edge of something else."""

LEAST_PICTURE = 0.4
"""Share of the largest box's sides that a crop keeps when something is to go and nothing is named:
a few pixels beside the car are no picture without the car."""


def constraints_for(
    intent: Intent,
    target: Target,
    evidence: Iterable[Evidence],
    image: Size,
    clutter: Clutter | None = None,
    staying: Fitted | None = None,
) -> Sequence[Constraint]:
    """Return what must hold of every crop for a target, in whole pixels of the image.

    What must stay is inside as far as the shape can hold it (`staying`, else as the evidence says),
    an `AVOID` box outside. Copy space must be free of what must stay, and, where that can be, of
    other faces, people and text, and calm where the photo's `clutter` is given.
    """
    found = list(evidence)
    stay = must_stay(intent, found)
    parts = (staying or fitted(stay, target, image)).parts
    constraints: list[Constraint] = [
        Inside(image),
        *(_kept(intent, part, stay, image) for part in parts),
    ]
    if intent.margin and stay.named:
        room = with_margin([thing.box for thing in stay.named], intent.margin, image)
        wish = f"a margin of {intent.margin:.0%} round the subject"
        constraints.append(Contains(touched(room, image), wish, CheckKind.MARGIN))
    for one in found:
        if one.kind is EvidenceKind.AVOID:
            clear = 0.0 if one.source == "user" else max(AVOID_ROOM, room_of_doubt(one))
            constraints.append(Excludes(touched(one.box, image), called(one), slack=-clear))
    # A shot says itself how much of the photo it takes.
    if not (stay.named or intent.shot) and any(one.kind is EvidenceKind.AVOID for one in found):
        constraints.append(least_picture(target, image))
    for zone in intent.keep_out:
        name = f"the keep-out zone {','.join(f'{edge:.3g}' for edge in zone.corners)}"
        constraints.append(Excludes(touched(zone, image), name, CheckKind.KEEP_OUT))
    for face in bystanders(stay, found):
        box = touched(face.box, image)
        constraints.append(NotCut(box, called(face), CheckKind.BYSTANDER))
    if intent.min_size is not None:
        constraints.append(AtLeast(intent.min_size))
    if intent.copy_space is not None:
        constraints += _copy_space(intent, parts, found, image, clutter)
    return with_target(constraints, target, intent.upscale)


def least_picture(target: Target, image: Size) -> AtLeast:
    """Return the least size that an exclusion may leave of the photo, in the target's shape."""
    ratio = (target.ratio or Ratio.of_size(image)).value
    width = LEAST_PICTURE * min(image.width, image.height * ratio)
    size = Size(width=max(1, int(width)), height=max(1, int(width / ratio)))
    return AtLeast(size, "a picture of {size}", CheckKind.LEAST_PICTURE)


def _kept(intent: Intent, part: Part, stay: MustStay, image: Size) -> Contains:
    """Return the constraint of one part that must stay."""
    thing = part.thing
    kind = CheckKind.MUST_STAY
    if thing.because is Because.NAMED:
        kind = CheckKind.SUBJECT
    if thing.because is Because.NEVER_CUT or (
        thing.because is Because.NAMED and NeverCut.SUBJECT in intent.never_cut
    ):
        kind = CheckKind.NEVER_CUT
    heart, whole = None if thing.heart is None else part.heart, touched(thing.box, image)
    return Contains(
        part.pixels,
        thing.what,
        kind,
        heart,
        thing.heart_name,
        air=_air(part.pixels, whole),
        part="" if contains(part.pixels, whole) else thing.heart_name,
        several=are_several(thing.what, sum(one.what == thing.what for one in stay.named)),
    )


def _air(box: PixelBox, thing: PixelBox) -> float:
    """Return the share of the box's side that may go on any one side before the thing is cut."""
    width, height = box.size.width, box.size.height
    across = min(thing.left - box.left, box.right - thing.right) / width
    return max(
        0.0, min(across, (thing.top - box.top) / height, (box.bottom - thing.bottom) / height)
    )


def _copy_space(
    intent: Intent,
    parts: Sequence[Part],
    found: Sequence[Evidence],
    image: Size,
    clutter: Clutter | None,
) -> Iterator[Constraint]:
    """Yield a side free of what must stay, then calm, then free of all else that is solid."""
    space = intent.copy_space
    if space is None:
        return
    main = tuple(touched(part.thing.box, image) for part in parts)
    boxes = [touched(one.box, image) for one in found if one.kind in SOLID]
    rest = tuple(box for box in dict.fromkeys(boxes) if box not in main)
    if main or not rest:
        yield ClearSide(space.side, space.share, main)
    if rest:
        yield ClearSide(space.side, space.share, rest, of="other things")
    if clutter is not None:
        yield CalmSide(space.side, space.share, clutter)


def with_margin(boxes: Sequence[Box], margin: float, image: Size) -> Box:
    """Return the union with room of `margin` times its larger side (in pixels), in the frame.

    A subject near an edge of the photo gets the room that there is: a crop cannot make more.
    """
    union = boxes[0].union(*boxes[1:])
    room = margin * max(union.width * image.width, union.height * image.height)
    x, y = room / image.width, room / image.height
    return Box.of((union.x1 - x, union.y1 - y, union.x2 + x, union.y2 + y))


def check_all(pixels: PixelBox, constraints: Iterable[Constraint]) -> tuple[Check, ...]:
    """Hold every constraint against a crop, in order."""
    return tuple(constraint.check(pixels) for constraint in constraints)
