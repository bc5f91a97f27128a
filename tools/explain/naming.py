"""What found things are called in a sentence: "the bus", "both dogs", "the woman in red"."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.constraints.calling import GUESSED, spoken
from cropsmith.tools.finder.chances import LIKELY
from cropsmith.tools.grounding.doubt import guessed_subjects
from cropsmith.tools.grounding.offline import NANODET
from cropsmith.tools.language.positions import plural as several
from cropsmith.tools.photographer.subject import STAND_IN, sure_of
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

IRREGULAR = {
    "person": "people",
    "mouse": "mice",
    "knife": "knives",
    "sheep": "sheep",
    "scissors": "scissors",
    "skis": "skis",
    "broccoli": "broccoli",
}
NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six"}


@dataclass(frozen=True)
class Named:
    """Things that one name stands for."""

    name: str
    boxes: tuple[Box, ...]
    asked: bool
    """Whether the request names them."""

    @property
    def plural(self) -> bool:
        """Whether the name stands for several, "people" of whom one was found among them."""
        return len(self.boxes) > 1 or several(self.name)


def named_things(evidence: Sequence[Evidence]) -> Sequence[Named]:
    """Return what the evidence holds that words may speak of: what was asked for, else the rest."""
    asked: dict[str, list[Box]] = {}
    for one in evidence:
        if one.kind is EvidenceKind.SUBJECT and _is_sure(one):
            asked.setdefault(one.phrase or one.label, []).append(one.box)
    if guesses := [one.box for one in guessed_subjects(evidence) if one.guessed]:
        rest = [Named(_asked_name(text, len(b)), tuple(b), True) for text, b in asked.items()]
        return [*rest, Named(GUESSED, tuple(guesses[:1]), False)]
    if asked:
        return [Named(_asked_name(text, len(b)), tuple(b), True) for text, b in asked.items()]
    seen: dict[str, list[Box]] = {}
    for kind in (EvidenceKind.PERSON, EvidenceKind.THING):
        for one in sure_of(evidence, kind):
            label = "person" if kind is EvidenceKind.PERSON else one.label
            if label:
                seen.setdefault(label, []).append(one.box)
    return [Named(counted(label, len(b)), tuple(b), False) for label, b in seen.items()]


def _is_sure(one: Evidence) -> bool:
    """Tell whether a subject may be spoken of as found."""
    return one.source != STAND_IN and not is_doubtful(one) and not one.guessed


def is_doubtful(one: Evidence, least: float = LIKELY) -> bool:
    """Tell whether the finder whose scores are chances gives it less than this one."""
    return one.source == NANODET and one.confidence is not None and one.confidence < least


def avoided(evidence: Sequence[Evidence]) -> Sequence[Named]:
    """Return the things that the request wants left out, as they were found."""
    found: dict[str, list[Box]] = {}
    for one in evidence:
        if one.kind is EvidenceKind.AVOID:
            found.setdefault(one.phrase or one.label, []).append(one.box)
    return [Named(_asked_name(text, len(b)), tuple(b), True) for text, b in found.items()]


def counted(label: str, count: int) -> str:
    """Return "the dog", "both dogs", "the three dogs"."""
    if count == 1:
        return f"the {label}"
    if count == 2:
        return f"both {plural(label)}"
    return f"the {NUMBERS.get(count, count)} {plural(label)}"


def plural(label: str) -> str:
    """Return the plural of a kind of thing."""
    *first, last = label.split(" ")
    if last in IRREGULAR:
        many = IRREGULAR[last]
    elif last.endswith(("s", "x", "ch", "sh")):
        many = f"{last}es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        many = f"{last[:-1]}ies"
    else:
        many = f"{last}s"
    return " ".join([*first, many])


def _asked_name(text: str, count: int) -> str:
    """Return how a person's own words stand in a sentence."""
    if not text:
        return "the subject" if count == 1 else "the subjects"
    if text.split()[0].lower() == "two" and count == 2:
        return f"both {text.split(maxsplit=1)[-1]}"
    return spoken(text)
