"""How to crop, in words: keep as is, how many answers, tight or loose, margins, upscaling."""

from dataclasses import dataclass, field

from cropsmith.tools.language.reading import COUNTED, Reading, either, number
from cropsmith.tools.schema.request import Tightness

KEEP = (
    r"\b(?:keep|leave)(?: it| this| that| the (?:photo|picture|image)| everything)?(?: exactly)?"
    r" (?:as (?:it )?is|as it stands|alone|be|untouched|unchanged|like this)\b",
    r"\b(?:don't|no need to|please don't) (?:crop|change|touch|cut)(?: (?:it|this|anything|the"
    r" (?:photo|picture|image)))?(?: at all)?(?=\s*(?:[,.|]|$|but\b))",
    r"\bno (?:crop|cropping|changes?)(?: (?:needed|necessary|required|please|at all))?"
    r"(?=\s*(?:[,.|]|$))",
    r"\bit's (?:perfect|fine|good)(?: as is| as it is| already)?\b",
)
CROP_ANYWAY = (
    r"\b(?:you )?(?:must|have to|need to|should) (?:actually )?crop (?:something|it|this)\b",
    r"\bdon't (?:just )?(?:hand|give|send) it back\b[^,.|]*",
    r"\bdon't (?:just )?(?:keep|return) (?:it|the original)(?: as (?:it )?is)?\b",
)
NO_UPSCALE = r"\b(?:don't|no|without|never|not) (?:upscal\w*|enlarg\w*|up-?siz\w*)(?: it)?\b"
UPSCALE = (
    r"\b(?:upscal\w*|enlarge|blow(?: it)? up|up-?size)(?: (?:it|this))?"
    r"(?: (?:if (?:needed|necessary|you (?:have|need|must)(?: to)?|you must)|is (?:fine|ok"
    r"|okay)|allowed))?\b"
)

ANSWERS = (
    r"(?:options?|versions?|alternatives?|variants?|variations?|choices|ideas?|takes|suggestions?"
    r"|crops|examples?|cuts)"
)
COUNT = (
    rf"(?P<n>\d{{1,2}}|{either(COUNTED)}|a few|few|several|some|a couple(?: of)?|multiple"
    r"|couple of|more)"
)
ASK = (
    r"(?:\b(?:can you |could you )?(?:give|show|make|send|get|try|offer|do|i want|i'd like"
    r"|let me see|can i (?:have|get|see))(?: me| us)? )?"
)
HOW_MANY = (
    rf"{ASK}\b{COUNT} (?:different |possible |good |nice |more )?{ANSWERS}"
    r"(?: (?:to choose from|please))?(?: (?:for|of)(?= an? | \|))?\b"
)
FEW = {"a few": 3, "few": 3, "several": 3, "some": 3, "multiple": 3, "more": 3,
       "a couple": 2, "a couple of": 2, "couple of": 2}  # fmt: skip
MANY_SHAPES = (
    rf"{ASK}\b(?P<n>[2-9]|{either(COUNTED)}) (?=(?:squares|portraits|landscapes)\b"
    rf"|(?:square|portrait|landscape|vertical|horizontal) {ANSWERS}\b)"
)

CROP = r"(?: (?:crop|cropping|frame|framing|shot|in|one|version|composition|photo|picture|edit))?"
ADVERB = (
    r"(?:(?:nice and|really|very|super|quite|pretty|extra|fairly|a bit|a little|a lot|much|so|too"
    r"|bit) )*"
)
LOOSE = (
    rf"\b(?:not|don't go|don't crop)(?: (?:it|in))? (?:too|so|very|that)"
    rf" (?:tight|close|tightly|zoomed in){CROP}\b",
    r"\bno (?:tight|close) (?:crop|shot|framing)s?\b|\bno close[- ]?ups?\b",
    rf"{ADVERB}\b(?:loose|looser|loosely|roomy|airy|wider|spacious){CROP}(?: around)?\b",
    r"(?:\b(?:with|give|leave|and|keep|have)(?: (?:it|him|her|them|me))? )?"
    r"(?:\b(?:some|a bit of|bit of|a little|lots of|plenty of|loads of|more|enough"
    r"|extra) )?(?:breathing (?:room|space)"
    r"|context|surroundings|elbow room|room to breathe|space to breathe)(?: (?:around"
    r"|round) (?:it"
    r"|him|her|them))?\b",
    r"(?:\b(?:with|leave|and|keep|have) )?\b(?:some|a bit of|bit of|a little|lots of|plenty of"
    r"|loads of|more|extra) (?:room|space)(?: (?:all )?(?:around|round)(?: (?:it|him|her"
    r"|them))?)?"
    r"(?=\s*(?:[,.|]|$))",
    r"\b(?:some|more) air\b",
    r"(?:\bwith )?\b(?:some |a bit of )?(?:room|space) on (?:both|all|either) sides?\b",
    r"\bwide (?:shot|view|framing|angle)\b|\bestablishing shot\b|\bzoom(?:ed)? out(?: (?:a"
    r" (?:bit|little)|slightly|some))?\b",
    r"\b(?:just )?(?:trim|tidy(?: up)?|shave)(?: off)? the edges"
    r"(?: (?:a little|a bit|slightly))?\b",
    r"\bcrop (?:it )?(?:lightly|slightly|a little|a bit|gently)\b",
)
TIGHT = (
    rf"{ADVERB}\b(?:tight|tighter|tightly){CROP}(?: (?:on|around|in on))?\b",
    rf"\b(?:extreme |in |a )?(?:close[- ]?up|closeup|macro){CROP}(?: (?:of|on))?\b",
    rf"\b(?:zoom(?:ed)?|crop|come|go|get|move|push|cut) (?:right |{ADVERB})?(?:in|close|closer)"
    rf"(?: {ADVERB}(?:close|closer|tight|more|a bit|a little))?(?: (?:on|to|of))?\b",
    r"\bfill(?:s|ing)? the (?:whole )?frame(?: with)?\b",
    r"\b(?:make (?:it|him|her|them) )?(?:nice and |really |as )?(?:big|bigger|large|close)(?: as"
    r" possible)?(?: in (?:the )?frame)?(?=\s*(?:[,.|]|$))",
)
MARGIN = (
    r"(?:\b(?:with|leave|give|add|and)(?: (?:it|him|her|them))? )?(?:\b(?:a|an|about|around) )*"
    r"\b(?P<n>\d{1,2}) ?(?:%|percent|per cent)"
    r" (?:margin|padding|border|room|space|breathing room)s?(?: (?:all )?(?:around"
    r"|round)(?: (?:it|him|her|them|the \w+))?)?(?: on (?:all|every) sides?)?"
)
SOME_MARGIN = (
    r"(?:\b(?:with|leave|give|add|and|keep|want)(?: (?:it|him|her|them|me))? )?(?:\b(?:a|an"
    r"|some) )?"
    r"\b(?P<how>no|tiny|small|slim|thin|narrow|little|good|decent|big|large|wide|generous)? ?"
    r"(?:margin|padding)s?(?: of (?P<n>\d{1,2}) ?(?:%|percent))?"
)
MARGINS = {
    "no": 0.0, "tiny": 0.05, "small": 0.05, "slim": 0.05, "thin": 0.05, "narrow": 0.05,
    "little": 0.05, "good": 0.2, "decent": 0.2, "big": 0.3, "large": 0.3, "wide": 0.3,
    "generous": 0.3,
}  # fmt: skip
PLAIN_MARGIN = 0.1
"""What "with a margin" asks for, as a share of the subject's larger side."""
MOODS = {
    "lonely": Tightness.LOOSE, "isolated": Tightness.LOOSE, "solitary": Tightness.LOOSE,
    "vast": Tightness.LOOSE, "small in the frame": Tightness.LOOSE, "tiny": Tightness.LOOSE,
    "minimal": Tightness.LOOSE, "minimalist": Tightness.LOOSE, "minimalistic": Tightness.LOOSE,
    "spacious": Tightness.LOOSE, "epic": Tightness.LOOSE, "peaceful": Tightness.LOOSE,
    "calm": Tightness.LOOSE, "serene": Tightness.LOOSE, "grand": Tightness.LOOSE,
    "intimate": Tightness.TIGHT, "intense": Tightness.TIGHT, "claustrophobic": Tightness.TIGHT,
    "personal": Tightness.TIGHT, "powerful": Tightness.TIGHT,
}  # fmt: skip
"""Moods that a crop can serve by its distance alone; any other is said to be unclear."""
MOOD = (
    rf"(?:\b(?:make|let|have|give)(?: (?:it|this|him|her|them|the \w+))?"
    rf"(?: (?:feel|look|seem|appear|more|an?|really|very))* |\b(?:feel|look)s? "
    rf"|\b(?:an?|very|more) )?"
    rf"\b(?P<mood>{either(MOODS)})(?: (?:feel|feeling|mood|look|vibe|style|composition|crop))?"
    rf"(?=\s*(?:[,.|]|$|and\b|portrait|crop|shot|photo|of\b))"
)


@dataclass
class Manner:
    """What was read about how to crop."""

    keep: bool | None = None
    upscale: bool = False
    alternatives: int = 1
    tightness: Tightness | None = None
    margin: float | None = None
    contradictions: list[str] = field(default_factory=list)


def read_keep(reading: Reading, manner: Manner) -> None:
    """Take "keep as is", and its opposite."""
    if any([reading.took(pattern) for pattern in CROP_ANYWAY]):
        manner.keep = False
    if any([reading.took(pattern) for pattern in KEEP]):
        manner.keep = True


def read_upscale(reading: Reading, manner: Manner) -> None:
    """Take leave to upscale."""
    if not reading.took(NO_UPSCALE):
        manner.upscale = reading.took(UPSCALE)


def read_alternatives(reading: Reading, manner: Manner) -> None:
    """Take the number of answers."""
    for match in [*reading.take(HOW_MANY), *reading.take(MANY_SHAPES)]:
        count = FEW.get(match["n"]) or number(match["n"]) or 1
        manner.alternatives = min(20, max(1, count))


def read_margin(reading: Reading, manner: Manner) -> None:
    """Take a margin, in percent or roughly."""
    for match in reading.take(MARGIN):
        manner.margin = int(match["n"]) / 100
    for match in reading.take(SOME_MARGIN):
        size = MARGINS.get(match["how"] or "", PLAIN_MARGIN)
        manner.margin = int(match["n"]) / 100 if match["n"] else size


def read_tightness(reading: Reading, manner: Manner) -> None:
    """Take tight, loose, and moods that amount to one of them."""
    loose = any([reading.took(pattern) for pattern in LOOSE])
    tight = any([reading.took(pattern) for pattern in TIGHT])
    moods = {MOODS[match["mood"]] for match in reading.take(MOOD)}
    if loose and tight:
        manner.contradictions.append("It cannot be both tight and loose.")
        return
    if loose or tight:
        manner.tightness = Tightness.LOOSE if loose else Tightness.TIGHT
    elif len(moods) == 1:
        manner.tightness = moods.pop()
    elif moods:
        manner.contradictions.append("It cannot be both close and far.")
