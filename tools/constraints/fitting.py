"""How much of what must stay any box of a shape can hold, and what to say of the rest."""

from collections.abc import Sequence

from cropsmith.tools.constraints.calling import are_several
from cropsmith.tools.constraints.kinds import touched
from cropsmith.tools.constraints.must_stay import Because, MustStay, Staying
from cropsmith.tools.constraints.sizes import largest
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from cropsmith.tools.schema.values import Value


class Part(Value):
    """What of a thing a crop of the shape can hold together with all parts before it."""

    thing: Staying
    pixels: PixelBox
    heart: PixelBox
    """What of it is the last to go."""


class Fitted(Value):
    """The parts that one crop of the shape can hold, and plain sentences on what it cannot."""

    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()


def fitted(stay: MustStay, target: Target, image: Size) -> Fitted:
    """Return what of it one box of the target's shape can hold, the most important first.

    A thing too large for the shape keeps its heart and as much round it as fits; a later one that
    does not fit beside the earlier is left to chance.
    """
    ratio = target.ratio or (Ratio.of_size(target.size) if target.size else None)
    limit = image if ratio is None else largest(ratio, image)
    if limit is None:
        return Fitted()  # no pixel of the shape: the solver says so
    parts: list[Part] = []
    cut: list[Staying] = []
    lost: list[Staying] = []
    hull: PixelBox | None = None
    for thing in stay.things:
        part = _part(thing, hull, limit, image)
        if part is None:
            lost.append(thing)
            continue
        parts.append(part)
        hull = part.pixels if hull is None else _around(hull, part.pixels)
        if not _holds(part.pixels, touched(thing.box, image)):
            cut.append(thing)
    shape = target.name or str(ratio)
    return Fitted(parts=tuple(parts), notes=_notes(stay, cut, lost, limit, image, shape))


def _part(thing: Staying, hull: PixelBox | None, limit: Size, image: Size) -> Part | None:
    """Return what of a thing fits beside the hull; None if not even its bare box does."""
    bare, roomy = touched(thing.box, image), touched(thing.room, image)
    small = _cut_to(bare, None if thing.heart is None else touched(thing.heart, image), limit)
    heart = small if thing.heart is None else _shared(small, touched(thing.heart, image))
    for pixels in (_cut_to(roomy, small, limit), small):
        if hull is None or _fits(_around(hull, pixels), limit):
            return Part(thing=thing, pixels=pixels, heart=heart)
    return None


def _cut_to(box: PixelBox, heart: PixelBox | None, limit: Size) -> PixelBox:
    """Return the part of a box that is no larger than the limit, about its heart or its middle."""
    about = heart or box
    left, right = _span(box.left, box.right, about.left + about.right, limit.width)
    top, bottom = _span(box.top, box.bottom, about.top + about.bottom, limit.height)
    return PixelBox(left=left, top=top, right=right, bottom=bottom)


def _span(low: int, high: int, twice_middle: int, limit: int) -> tuple[int, int]:
    """Return the part of an interval that is at most `limit` long, about a middle."""
    if high - low <= limit:
        return low, high
    start = min(max((twice_middle - limit) // 2, low), high - limit)
    return start, start + limit


def _around(a: PixelBox, b: PixelBox) -> PixelBox:
    return PixelBox(
        left=min(a.left, b.left),
        top=min(a.top, b.top),
        right=max(a.right, b.right),
        bottom=max(a.bottom, b.bottom),
    )


def _shared(a: PixelBox, b: PixelBox) -> PixelBox:
    """Return what two boxes share; the first where they share nothing."""
    left, top = max(a.left, b.left), max(a.top, b.top)
    right, bottom = min(a.right, b.right), min(a.bottom, b.bottom)
    if left >= right or top >= bottom:
        return a
    return PixelBox(left=left, top=top, right=right, bottom=bottom)


def _fits(box: PixelBox, limit: Size) -> bool:
    return box.size.width <= limit.width and box.size.height <= limit.height


def _holds(outer: PixelBox, inner: PixelBox) -> bool:
    return _around(outer, inner) == outer


PLURALS = {
    EvidenceKind.FACE: "faces",
    EvidenceKind.TEXT: "lines of text",
    EvidenceKind.PERSON: "people",
}


def _notes(
    stay: MustStay,
    cut: Sequence[Staying],
    lost: Sequence[Staying],
    limit: Size,
    image: Size,
    shape: str,
) -> tuple[str, ...]:
    """Say what the shape cannot hold; of faces that nobody asked for, nothing."""
    notes = []
    several = [kind for kind in PLURALS if len(_never_cut(stay, kind)) > 1]  # counted below
    for thing in cut:
        counted = thing.because is Because.NEVER_CUT and thing.kind in several
        if thing.because is not Because.FACE and not counted:
            wide = touched(thing.box, image).size.width > limit.width
            how = "narrow" if wide else "flat"
            kept = f"the {thing.heart_name} is kept"
            notes.append(f"{shape[:1].upper()}{shape[1:]} is too {how} for {thing.what}: {kept}.")
    named = [thing.what for thing in lost if thing.because is Because.NAMED]
    if named:
        first = stay.things[0].what
        rest = " and ".join(dict.fromkeys(name for name in named if name != first))
        alike = [thing for thing in stay.named if thing.what == first]
        if rest:
            both = f"{first[0].upper()}{first[1:]} and {rest}"
            come = "come" if are_several(first, len(alike)) else "comes"
            notes.append(f"{both} do not fit into {shape} together: {first} {come} first.")
        else:
            left = len(alike) - len(named)
            be = "is" if left == 1 else "are"
            notes.append(
                f"{shape[:1].upper()}{shape[1:]} cannot hold {first} together: "
                f"{left} of {len(alike)} {be} kept."
            )
    for thing in lost:
        name = f"{thing.what[0].upper()}{thing.what[1:]}"
        if thing.because is Because.MAIN:
            notes.append(f"{name} does not fit into {shape} beside the faces.")
        if thing.because is Because.NEVER_CUT and thing.kind not in several:
            notes.append(f"{name} does not fit into {shape} beside the rest.")
    for kind in several:
        every = _never_cut(stay, kind)
        whole = [thing for thing in every if thing not in lost and thing not in cut]
        if len(whole) < len(every):
            only = f"Only {len(whole)}" if whole else "None"
            fit = "fits" if len(whole) <= 1 else "fit"
            end = "the largest come first" if whole else "of the largest as much is kept as fits"
            of = f"of the {len(every)} {PLURALS[kind]}"
            notes.append(f"{only} {of} {fit} whole into {shape}: {end}.")
    return tuple(notes)


def _never_cut(stay: MustStay, kind: EvidenceKind) -> Sequence[Staying]:
    """Return all of a kind that the request says never to cut."""
    return [thing for thing in stay.because(Because.NEVER_CUT) if thing.kind is kind]
