"""What grounding has to tell the person: what was not found, what is doubtful."""

from collections import Counter

from cropsmith.tools.grounding.queries import asks_for_faces
from cropsmith.tools.grounding.reconcile import DOUBTFUL
from cropsmith.tools.schema.evidence import Evidence, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent

NO_DETECTOR = "that needs an open-vocabulary detector or a vision-language model"


def place(box: Box) -> str:
    """Return where a box is in words: "at the upper left", "in the middle"."""
    column = ("left", "", "right")[min(2, int(box.centre.x * 3))]
    row = ("upper", "", "lower")[min(2, int(box.centre.y * 3))]
    if not row and not column:
        return "in the middle"
    if not row:
        return f"on the {column}"
    return f"at the {row} {column}" if column else f"in the {row} middle"


def told(intent: Intent, grounding: Grounding, looked: bool) -> tuple[str, ...]:
    """Return plain sentences; none when everything was found and agreed upon.

    `looked` tells whether any finder could look for words at all.
    """
    notes = []
    faces = {p.text for p in (*intent.subjects, *intent.avoid) if asks_for_faces(p)}
    for phrase in grounding.missing:
        near = [g for g in grounding.guesses if g.phrase == phrase]
        guess = f" {_guess(near[0])}" if near else ""
        if looked or phrase in faces:  # the face finder has always looked
            notes.append(f"Nothing was found for “{phrase}”.{guess}")
        else:
            notes.append(f"Could not look for “{phrase}”: {NO_DETECTOR}.{guess}")
    counts = Counter(e.phrase for e in grounding.found)
    for wanted in (*intent.subjects, *intent.avoid):
        have = counts[wanted.text]
        if wanted.count is not None and 0 < have < wanted.count:
            notes.append(f"Only {have} of {wanted.count} were found for “{wanted.text}”.")
    for phrase in dict.fromkeys(e.phrase for e in grounding.found):
        shares = [e.agreement for e in grounding.found if e.phrase == phrase]
        known = [share for share in shares if share is not None]
        if known and min(known) < DOUBTFUL:
            notes.append(f"The finders disagree about where “{phrase}” is.")
    return tuple(notes)


def _guess(guess: Evidence) -> str:
    sure = "" if guess.confidence is None else f" ({guess.confidence:.0%} sure)"
    what = "What stands out" if guess.source == "saliency" else "The nearest guess"
    return f"{what} is {place(guess.box)}{sure}; it was not used."
