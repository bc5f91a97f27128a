"""Things never to be cut, in words: "don't cut off any heads", "keep all the text readable"."""

import re
from dataclasses import dataclass, field

from cropsmith.tools.language.reading import Reading
from cropsmith.tools.schema.request import NeverCut

CUT = r"(?:cut|cutting|chop|chopping|crop|cropping|lop|slice|slicing|trim|clip|lose|losing|behead)"
NOT = r"(?:don't|never|without|not|avoid|no|please don't|can't|shouldn't)"
WHOLE = (
    r"(?:in full|fully visible|fully in(?: frame)?|whole|intact|complete|uncut|visible|readable"
    r"|legible|entire|in one piece|in (?:the )?(?:frame|shot|picture|photo|view|crop)|in)"
)
OBJECT = r"(?P<what>[^,.|]+?)"
END = r"(?=\s*(?:[,.|]|$|\bbut\b|\band (?:crop|make|leave|keep)\b))"
NOT_CUT = (
    rf"(?:\b(?:make sure|ensure|so)(?: that)? )?{OBJECT} (?:is|are|isn't|aren't|does not get"
    rf"|don't get)"
    rf" (?:not |never )?{CUT}(?:ped|ped off)?(?: off| through| out)?{END}"
)
PATTERNS = (
    rf"\b{NOT} {CUT}(?: (?:off|through|into|out))? {OBJECT}(?: (?:off|out))?{END}",
    rf"\bno {CUT}(?:ped)?[- ]off {OBJECT}{END}",
    rf"\b(?:make sure|ensure)(?: that)? {OBJECT}"
    rf" (?:(?:stay|stays|is|are|remain|remains|be|fit|fits)(?: all)?) {WHOLE}(?: {WHOLE})?{END}",
    rf"{OBJECT} (?:shouldn't|can't|not to|never to) (?:be|get) {CUT}(?:ped|ped off|ped)?(?: off"
    rf"| through)?{END}",
    rf"{OBJECT} (?:(?:have|has|need|needs) to|must|should) (?:be|stay|remain) {WHOLE}{END}",
)
KEEP = rf"\b(?:keep|keeping|include|show|get|fit) {OBJECT} (?P<how>{WHOLE})(?: {WHOLE})?{END}"
KEEP_WHOLE = (
    rf"\b(?:keep|keeping|include|show|get|fit|with|see)? ?(?:the |his |her |my )?"
    rf"(?:whole|entire|full|complete) (?P<what>[^,.|]+?)(?: {WHOLE})?{END}"
)
BODY = r"\b(?:full[- ](?:body|length)|head[- ]to[- ]toe|whole body|entire body)\b"

WHOLE_THINGS = (
    r"(?:^|(?<=[,.|] ))(?P<what>(?:[\w']+ ){0,2}?[\w']+) (?:kept |left )?"
    rf"(?P<how>whole|intact|uncut|in full|complete|visible|readable|legible){END}"
)
NO_HEAD_CUT = (
    r"\b(?:nobody|no one|no-one)'?s (?:head|face|hair)s? (?:is |gets |should be )?"
    r"(?:cut|chopped|cropped)(?: (?:off|through))?"
)
NOBODY_CUT = (
    r"\b(?:nobody|no one|no-one|no (?:person|people))(?: is| should be| gets)?"
    r" (?:cut|chopped|cropped)(?: (?:off|out|in half|through))?"
)
NOTHING_CUT = r"\b(?:nothing (?:is )?|not )(?:cut|chopped|cropped)(?: off)?(?=\s*(?:[,.|]|$))"

KINDS = {
    NeverCut.FACES: r"\b(?:head|face|hair|chin|forehead)s?\b",
    NeverCut.TEXT: (
        r"\b(?:text|word|letter|lettering|writing|sign|caption|logo|title|subtitle|inscription"
        r"|signage|label)s?\b"
    ),
    NeverCut.PEOPLE: (
        r"\b(?:feet|foot|toe|leg|arm|hand|limb|finger|elbow|knee|body|bodies|people|person|anyone"
        r"|anybody|everyone|everybody|someone|somebody)s?\b|\b(?:any|every)(?:one|body)'s\b"
    ),
}
PART = r"'s? (?:tail|ears?|paws?|wings?|horns?|tips?|tops?|legs?|feet|edges?|roof|wheels?)$"
WORDLESS = {
    "it",
    "this",
    "them",
    "anything",
    "much",
    "too much",
    "important bits",
    "important",
    "everything important",
    "anything important",
    "important parts",
    "any important parts",
    "everything",
    "anything off",
}


@dataclass
class Protection:
    """What was read about cutting."""

    never_cut: list[NeverCut] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)


def read_protection(reading: Reading) -> Protection:
    """Take what must not be cut through, with the subjects that it names."""
    found = Protection()
    if reading.took(BODY):
        found.never_cut.append(NeverCut.PEOPLE)
    if reading.took(NO_HEAD_CUT):
        found.never_cut.append(NeverCut.FACES)
    if reading.took(NOBODY_CUT):
        found.never_cut.append(NeverCut.PEOPLE)
    for match in reading.take(NOT_CUT):
        _add(found, match["what"], whole=True)
    if reading.took(NOTHING_CUT):
        found.never_cut.append(NeverCut.SUBJECT)
    for pattern in PATTERNS:
        for match in reading.take(pattern):
            _add(found, match["what"], whole=True)
    for match in reading.take(KEEP):
        whole = "whole" in match["what"] or match["how"] not in (
            "in", "in the frame", "in frame", "in the shot", "in shot", "in the picture", "in view",
            "in the photo", "in the crop", "visible",
        )  # fmt: skip
        _add(found, match["what"], whole)
    for match in reading.take(KEEP_WHOLE):
        _add(found, match["what"], whole=True)
    for match in reading.take(WHOLE_THINGS):
        _add(found, match["what"], whole=match["how"] not in ("visible", "readable", "legible"))
    found.never_cut = list(dict.fromkeys(found.never_cut))
    return found


def _add(found: Protection, words: str, whole: bool) -> None:
    """Sort what is named into faces, text, people, or a subject of its own."""
    words = re.sub(r"^(?:please |and |but |so |to |all of |all |off |through )+", "", words.strip())
    words = re.sub(r"\b(?:whole|entire|full|complete|all) ", "", words)
    if words in WORDLESS:
        return
    if re.sub(r"^the ", "", words) in ("everyone", "everybody", "people", "all of us"):
        if whole:
            found.never_cut.append(NeverCut.PEOPLE)
        else:
            found.subjects.append("everyone")
        return
    for kind, pattern in KINDS.items():
        if re.search(pattern, words):
            found.never_cut.append(kind)
            return
    found.subjects.append(re.sub(PART, "", words))
    if whole:
        found.never_cut.append(NeverCut.SUBJECT)
