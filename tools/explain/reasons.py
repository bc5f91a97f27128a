"""Reasons in words, each from what was found or measured; at most three."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.explain.contributions import Choice, Contribution, contributions, cut_away
from cropsmith.tools.explain.naming import Named, avoided, counted, is_doubtful, named_things
from cropsmith.tools.photographer.measurements import Sight
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Side, Tightness
from cropsmith.tools.schema.result import Verdict
from cropsmith.tools.vision.faces import is_certain

MOST = 3
LEAST_GAIN = 0.1
"""Log odds below which a choice made no difference worth a word."""
PLAIN, BUSY = 0.6, 1.25
"""Detail of what was cut, against the photo's mean, from which it is called empty or cluttered."""
QUIET = 0.8
"""Saliency of what was cut, against its share of the area, up to which little is lost."""
NEAR = 0.04
"""Share of the frame within which the eye takes a point to lie on a third or in the middle."""
SMALL = 0.5
"""Share of the frame up to which a thing can be said to lie on a third."""
GONE = 0.05
"""Share of a thing inside up to which it is out of the picture."""
EDGE = 0.005
"""Distance from the photo's edge, as a share of its side, from which a thing ends within it."""
RIVAL = 0.25
"""Share of the largest face's area from which a suspected one would be counted with it."""
DOUBTED = 0.5
"""Chance from which a suspected face makes a count of the certain ones doubtful."""

ASKED = (EvidenceKind.SUBJECT, EvidenceKind.AVOID)
SIDES = {
    Choice.LEFT: "on the left",
    Choice.RIGHT: "on the right",
    Choice.TOP: "at the top",
    Choice.BOTTOM: "at the bottom",
}


@dataclass(frozen=True)
class Known:
    """What the sentences about one crop may speak of."""

    things: tuple[Named, ...]
    """What was found, the asked first; whole or not."""
    horizon: float | None
    """Height of the horizon in the photo, from the top; None where none is sure."""

    @property
    def main(self) -> Named | None:
        """What the crop is about."""
        return self.things[0] if self.things else None


def reasons_for(
    sight: Sight,
    box: Box,
    evidence: Sequence[Evidence] = (),
    *,
    intent: Intent | None = None,
    lacking: Box | None = None,
    verdict: Verdict = Verdict.CROP,
    preference: Preference | None = None,
) -> Sequence[str]:
    """Return up to three sentences on why this crop: what was asked first, then the weightiest.

    Nothing is said of what the request itself decided: where things lie, how far to go in; nor of a
    side of which the file lacks most (`lacking`).
    """
    preference = preference or Preference.load()
    if verdict is Verdict.KEEP or box == Box.whole():
        return [KEPT]
    known = known_of(sight, evidence)
    sure = [one for one in evidence if not is_doubtful(one)]
    said = [f"Leaves out {n.name}." for n in avoided(sure) if _inside(n, box) <= GONE]
    said += [_kept_whole(n) for n in known.things if n.asked and _is_whole(n, box)]
    boxes = {thing.name: thing.boxes for thing in known.things}
    settled = [] if intent is None else _settled(intent)
    if lacking is not None:
        settled += [c for c, cut in cut_away(box).items() if cut.overlap(lacking) > cut.area / 2]
    for contribution in contributions(sight, box, preference, boxes):
        if contribution.choice in settled:
            continue
        sentence = _sentence(box, contribution, known)
        # That nothing found is cut needs no gain: the search itself pays for a cut face.
        told = contribution.gain >= LEAST_GAIN or contribution.choice is Choice.WHOLE
        if told and sentence and sentence not in said:
            said.append(sentence)
    said = _joined(said)
    return said[:MOST] or [_plain(intent, evidence)]


EXPERT = "It is the framing that an expert would most likely choose."
ASKED_BEST = (
    "Of the framings that come nearest to what was asked, it is what an expert would choose."
)
NOT_SURE = (
    "What was asked for was not found for sure: this is framed as an expert most likely would."
)
KEPT = "Leave it as it is: no crop of it is clearly better than the photo."


def _plain(intent: Intent | None, evidence: Sequence[Evidence]) -> str:
    """Return the reason of a crop of which nothing else can be said.

    An expert's choice is none where something was asked for and not found, or is only a guess.
    """
    found = {e.phrase for e in evidence if e.kind in ASKED and not (e.guessed or is_doubtful(e))}
    wanted = () if intent is None else (*intent.subjects, *intent.avoid)
    if any(phrase.text not in found for phrase in wanted):
        return NOT_SURE
    return ASKED_BEST if wanted else EXPERT


def known_of(sight: Sight, evidence: Sequence[Evidence]) -> Known:
    """Return what may be spoken of: named things, else faces, people and things that are sure."""
    things = tuple(named_things(evidence))
    if not any(thing.asked for thing in things):
        things = (*_faces(sight), *things)
    line = sight.horizon
    return Known(things, None if line is None else (line.start.y + line.end.y) / 2)


def _joined(said: Sequence[str]) -> list[str]:
    """Return the sentences, what is centred both ways told once."""
    across, down = " from left to right.", " in height."
    both = {s.removesuffix(across) for s in said if s.endswith(across)} & {
        s.removesuffix(down) for s in said if s.endswith(down)
    }
    told = [s.removesuffix(across).removesuffix(down) for s in said]
    return list(dict.fromkeys(f"{t}." if t in both else s for t, s in zip(told, said, strict=True)))


def _settled(intent: Intent) -> list[Choice]:
    """Return the choices that the request made, which no gain of the photographer's explains."""
    asked, space = intent.placement, intent.copy_space
    settled = []
    if asked.across or asked.looking_room or (space and space.side in (Side.LEFT, Side.RIGHT)):
        settled.append(Choice.ACROSS)
    if (
        asked.down or asked.horizon or asked.headroom
        or (space and space.side in (Side.TOP, Side.BOTTOM))
    ):  # fmt: skip
        settled.append(Choice.DOWN)
    if intent.tightness in (Tightness.LOOSE, Tightness.WIDEST):
        settled += [Choice.CLOSER, *SIDES]
    return settled


def _faces(sight: Sight) -> Sequence[Named]:
    """Return the faces under one name, unless others are suspected: then a count would be wrong."""
    certain = tuple(face.box for face in sight.faces if is_certain(face))
    if not certain:
        return ()
    least = RIVAL * certain[0].area
    for face in sight.suspected_faces:
        likely = face.sure >= DOUBTED and face.box.area >= least
        if likely and not any(face.box.overlap(known) for known in certain):
            return ()
    return (Named(counted("face", len(certain)), certain, False),)


def _sentence(box: Box, contribution: Contribution, known: Known) -> str:
    choice, main = contribution.choice, known.main
    if choice in SIDES:
        return _cut(contribution, SIDES[choice])
    if choice is Choice.WHOLE:
        thing = next(thing for thing in known.things if thing.name == contribution.of)
        return _kept_whole(thing) if _is_whole(thing, box) else ""
    shown = main is not None and _is_whole(main, box)
    if choice is Choice.CLOSER:
        to = f" to {main.name}" if main is not None and shown else ""
        return f"Comes {contribution.amount:.1f} times closer{to}."
    if choice is Choice.DOWN and known.horizon is not None:
        return _horizon((known.horizon - box.y1) / box.height)
    if main is None or not shown:
        return ""
    return _place(main, box, across=choice is Choice.ACROSS)


def _cut(contribution: Contribution, where: str) -> str:
    amount = f"{contribution.amount:.0%}"
    if contribution.interest > QUIET:
        return ""
    if contribution.detail <= PLAIN:
        return f"Removes empty space {where} ({amount})."
    if contribution.detail >= BUSY:
        return f"Removes clutter {where} that holds little of interest ({amount})."
    return f"Removes {amount} {where}, where little stands out."


def _kept_whole(thing: Named) -> str:
    """Say that a thing is whole, or only in the picture where the photo itself cuts it."""
    clear = all(min(b.x1, b.y1, 1 - b.x2, 1 - b.y2) > EDGE for b in thing.boxes)
    return f"Keeps {thing.name} {'whole' if clear else 'in the picture'}."


def _place(thing: Named, box: Box, *, across: bool) -> str:
    around = thing.boxes[0].union(*thing.boxes[1:])
    if across:
        at, span = (around.centre.x - box.x1) / box.width, around.width / box.width
    else:
        at, span = (around.centre.y - box.y1) / box.height, around.height / box.height
    low, high = ("left", "right") if across else ("upper", "lower")
    if abs(at - 0.5) <= NEAR:
        return f"Centres {thing.name} {'from left to right' if across else 'in height'}."
    if span > SMALL:
        return ""
    for third, name in ((1 / 3, low), (2 / 3, high)):
        if abs(at - third) <= NEAR:
            return f"Puts {thing.name} on the {name} third."
    return ""


def _horizon(at: float) -> str:
    for third, name in ((1 / 3, "upper"), (2 / 3, "lower")):
        if abs(at - third) <= NEAR:
            return f"Sets the horizon on the {name} third."
    return ""


def _is_whole(thing: Named, box: Box) -> bool:
    return all(box.contains(one) for one in thing.boxes)


def _inside(thing: Named, box: Box) -> float:
    return max(box.overlap(one) / one.area for one in thing.boxes)
