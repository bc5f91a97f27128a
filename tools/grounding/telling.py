"""What grounding has to tell the person: what was not found, what is doubtful."""

from collections import Counter
from collections.abc import Sequence

from cropsmith.tools.grounding.queries import seen_as
from cropsmith.tools.grounding.reconcile import DOUBTFUL
from cropsmith.tools.schema.evidence import Evidence, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent

NO_DETECTOR = "that needs an open-vocabulary detector or a vision-language model"
OUT_OF_REACH = (
    "the finder that ships knows people and some eighty kinds of things, no others. OWLv2 finds any"
    " words: pip install 'cropsmith[transformers]', then --detector owlv2; or ask a model with"
    " --model."
)


def place(box: Box) -> str:
    """Return where a box is in words: "at the upper left", "in the middle"."""
    column = ("left", "", "right")[min(2, int(box.centre.x * 3))]
    row = ("upper", "", "lower")[min(2, int(box.centre.y * 3))]
    if not row and not column:
        return "in the middle"
    if not row:
        return f"on the {column}"
    return f"at the {row} {column}" if column else f"in the {row} middle"


def with_article(label: str) -> str:
    """Return "a bus", "an airplane"; "a skis" is no English, so plural kinds get none."""
    if label.endswith("s") and not label.endswith(("ss", "us")):
        return label
    return f"{'an' if label[:1] in 'aeiou' else 'a'} {label}"


def told(
    intent: Intent, grounding: Grounding, looked: bool, standing: Sequence[Evidence] = ()
) -> tuple[str, ...]:
    """Return plain sentences; none when everything was found and agreed upon.

    `looked` tells whether any finder could look for words at all; `standing` are main subjects in
    the place of what was not found.
    """
    notes = []
    blind: dict[str, list[str]] = {}
    seen = {p.text for p in (*intent.subjects, *intent.avoid) if seen_as(p)}
    for phrase in grounding.missing:
        if phrase in grounding.unsure:
            continue  # what is known of it is in `told`
        instead = _instead(phrase, grounding, standing)
        if phrase in grounding.beyond and phrase not in seen:
            blind.setdefault(OUT_OF_REACH if looked else f"{NO_DETECTOR}.", []).append(phrase)
        elif looked or phrase in seen:  # the eyes have always looked
            notes.append(f"Nothing was found for “{phrase}”.{instead}")
        else:
            blind.setdefault(f"{NO_DETECTOR}.", []).append(phrase)
    notes += [_could_not(phrases, why, grounding, standing) for why, phrases in blind.items()]
    notes += grounding.told
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


def _could_not(
    phrases: Sequence[str], why: str, grounding: Grounding, standing: Sequence[Evidence]
) -> str:
    """Return one note on all that could not be looked for, and what is done about each."""
    named = _listed([f"“{phrase}”" for phrase in phrases])
    instead = dict.fromkeys(_instead(phrase, grounding, standing) for phrase in phrases)
    return f"Could not look for {named}: {why}{''.join(instead)}"


def _listed(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _instead(phrase: str, grounding: Grounding, standing: Sequence[Evidence]) -> str:
    """Return what is done about a phrase that was not found, with a space before it."""
    for one in standing:
        if one.phrase == phrase:
            what = f"{with_article(one.label)} " if one.label else ""
            return f" The main subject, {what}{place(one.box)}, stands in for it."
    near = [g for g in grounding.guesses if g.phrase == phrase]
    return f" {_guess(near[0])}" if near else ""


def _guess(guess: Evidence) -> str:
    sure = "" if guess.confidence is None else f" ({guess.confidence:.0%} sure)"
    what = "What stands out" if guess.source == "saliency" else "The nearest guess"
    return f"{what} is {place(guess.box)}{sure}; it was not used."
