"""The closed vocabulary, read first: file sizes, shapes, shares, other work than cropping."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from cropsmith.tools.language.conditions import without_conditions
from cropsmith.tools.language.joining import Shapes
from cropsmith.tools.language.lexicon import joined_idioms, lexicon
from cropsmith.tools.language.numerals import COUNTED
from cropsmith.tools.language.passports import country_said
from cropsmith.tools.language.presets import named_in, presets
from cropsmith.tools.language.reading import MARK, Reading, either, normalised, word_list
from cropsmith.tools.language.rectangles import without_rectangles
from cropsmith.tools.language.retractions import without_retractions
from cropsmith.tools.language.shapes import read_shapes
from cropsmith.tools.language.sides import strip, with_shares
from cropsmith.tools.language.sights import capitals
from cropsmith.tools.language.straightening import Said, read_straighten
from cropsmith.tools.language.tongues import Gloss, glossed
from cropsmith.tools.language.typos import mended
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.request import Side

UNITS = {
    "kb": 1000,
    "kib": 1024,
    "mb": 1_000_000,
    "mib": 1 << 20,
    "megabytes": 1_000_000,
    "megabyte": 1_000_000,
    "kilobytes": 1000,
    "mega": 1_000_000,
    "meg": 1_000_000,
    "megs": 1_000_000,
}
BYTES = (
    r"(?:\b(?:(?:small|smaller) file |file |with |and |save |saved |it |a |the |size |of "
    r"|be |must be |should be )*(?:under|below|max(?:imum)?(?: of)?|at most|less than|smaller"
    r" than|up to"
    r"|no (?:more|bigger|larger) than|not (?:more|bigger|larger) than|not over"
    r"|within|limit(?:ed)? (?:of|to)|than|about|around|compress(?:ed)? to)\.? )?"
    rf"(?P<n>\d+(?:\.\d+)?)"
    rf" ?(?P<unit>{'|'.join(sorted(UNITS, key=len, reverse=True))})\b(?:"
    rf" max(?:imum)?| or (?:less|smaller)| file(?: size)?| limit| at most| in"
    rf" size)*"
)


MANY = re.compile(
    rf"\b([2-9]|{either(COUNTED)}) (?=(?:squares|portraits|landscapes|verticals|horizontals)\b"
    r"|(?:square|portrait|landscape|vertical|horizontal|[\d.]+:[\d.]+) (?:options"
    r"|versions|crops|variants|alternatives|ones)\b)"
)
"""A number before shapes is that of the answers: "3 squares"."""
ENDLESS = re.compile(r"\S{41,}")
"""No word is that long."""
HEADING = re.compile(
    r"^(?![^:]*\b(?:options|versions|crops|variants|alternatives)\b"
    r"|(?:subject|crop|remove|avoid|without|keep|size|ratio|format|shape|no|only|just)\b)"
    r"(?:[a-z]+(?: (?:number )?\d+)?[ ,-]*){1,3}: "
)
"""A word for what it is for, before a colon: "Sports page: ..."."""
VOCATIVE = re.compile(
    r"^(?:(?:hello|hi|hey|hiya|dear|greetings|good (?:morning|afternoon|evening))(?: there)?"
    r"(?: (?!(?:can|could|i|we|please|make|crop|just|the|my|a|no|keep)\b)[\w'-]+){0,2} ?[,.]+ ?"
    r"|(?:assistant|computer|robot|bot|machine|ai) ?[,.] ?)+"
)
"""Who is spoken to: "Hello assistant."."""
EACH = re.compile(
    r"\bpassport (?:photos|pictures|pics) (?:for|of) (?:all|each|both|every|the)\b[^,.;|]*"
    r"|\b(?:head ?-?shots|mug ?-?shots|portraits) (?:of|for) (?:all|each|every|both)\b[^,.;|]*"
    r"|\bone (?:for|of|per) (?:each|every) (?:child|kid|person|player|girl|boy|dog|cat"
    r"|of (?:them|us))\b"
    r"|\b(?:carousel|series|sequence) of (?:\d|two|three|four|five)\b"
)
"""A picture of each of several people."""
SHAPELESS = re.compile(r"\b(?:tinder|bumble|hinge|grindr|dating (?:app|site|profile))\b")
"""What a photo is for whose shape is in no list."""
RULELESS = re.compile(
    r"\b(?:driv(?:ing|er'?s?) licen[cs]e|identity card|residence permit|work permit)\b"
)
"""Documents that are framed like a passport, by no rule of their own."""
LOOKS = re.compile(r"\blike an? polaroid\b|\bpolaroid (?:look|frame|effect|style|border)\b")
"""A look of which a crop makes the shape alone: no white frame is added."""
REASON = re.compile(
    r"\bso (?:that )?(?:it's|it is|it|they're|he's|she's) (?:behind|under|next to"
    r"|above|below|beside|near)\b[^,.|;]*|"
    r"\bso (?:that )?(?:the|my|our|it|they|he|she|his|her) (?![^,.|;]*\b(?:cut"
    r"|cropped|chopped|missing|lost|visible|seen|huge|big|large|close|small|tiny|dominant"
    r"|see|fills?|shows?|stays?|read(?:able)?|legible|recogni[sz]\w*|notic\w+|shown|tell|count"
    r"|in(?: it)?(?=\s*[,.;|]|$| but\b| and\b)|out(?=\s*[,.;|]|$)"
    r"|gone)\b)(?:(?! and\b)[^,.|;])*?\b(?:\w+n't|not|never)"
    r" [^,.|;]*"
    r"|\bbecause\b(?![^,.|;]*\b(?:text|title|headline|logo|words|caption"
    r"|quote)\b)[^,.|;]*?(?=\band (?:it|i|we|you|make|crop|keep)\b|[,.|;]|$)"
)
"""Why a thing is wished: no wish of its own."""


PIXELS_OFF = re.compile(
    r"(?:(?P<cut>\b(?:cut|crop|trim|chop|take|shave|remove|lose)(?: off| away)? )(?:about )?|\b)"
    r"(?P<n>\d{1,5}) ?(?:px|pixels?) (?:off|from|of|(?(cut)(?:at|on)|off)) (?=(?:the )?"
    r"(?P<side>left|right|top|bottom)\b)"
)
"""A strip in pixels of the photo: "100 px off the right"."""
PIXELS_ROUND = (
    r"\b(?:(?:cut|crop|trim|take|shave|remove)(?: (?:off|by))? (?P<a>\d{1,4}) ?(?:px|pixels?)"
    r"(?: off)?|(?P<b>\d{1,4}) ?(?:px|pixels?) off) all-round"
)
"""A strip in pixels along every side: "50 px off each side"."""
PORTRAIT = re.compile(r"\bportraits? (?=(?:of|with) (?P<whom>[^,.|;]+))")
A_PORTRAIT = re.compile(
    r"\b(?P<lead>(?:to|into|make|want|need|like|love|be|have|get|do|is)"
    r"(?: (?:it|this|that|him|her|me|us))?(?: into)?) a"
    r" (?:nice |good |proper |simple |classic )*portrait"
    r"(?! of| with)(?=\s*(?:[.;|]|$|\bplease\b|\bthanks\b|,? (?:and|but)\b))"
)
"""A noun of its own, with an article: the genre, where "portrait" alone is an orientation."""
TO = re.compile(r"(?<=\d) (?:zu|por) (?=\d)")
"""Between the sides of a ratio or print, in German, Spanish and Portuguese."""


@dataclass
class Exact:
    """A request whose closed vocabulary was read; the rest is still words."""

    text: str
    """Normalised, idioms as one token, what was read replaced by a bar."""
    shapes: Shapes
    gloss: Gloss
    plain: str = ""
    """The words before anything was read."""
    most_bytes: int | None = None
    unclear: list[str] = field(default_factory=list)
    straighten: Said = Said()
    capitals: frozenset[str] = frozenset()
    """Words written as names are."""
    keep_out: Sequence[Box] = ()
    """What lies outside a rectangle that was given in pixels."""


def read_exact(text: str, image: Size) -> Exact:
    """Read what has one spelling. UsageError for a ratio beyond 50:1."""
    endless, names = ENDLESS.findall(text), capitals(text)
    gloss = glossed(TO.sub("x", ENDLESS.sub(" | ", text).lower()))
    rectangles = without_rectangles(gloss.text, image)
    reading = Reading(rectangles.text)
    if gloss.language == "en":
        reading.text = without_typos(reading.text, names)
    said = reading.text
    said, ranges = without_retractions(said)
    said, conditions = without_conditions(said)
    text_alone = VOCATIVE.sub("", REASON.sub(" ", said))
    reading.text = joined_idioms(HEADING.sub(_heading, text_alone))
    exact = Exact("", Shapes(), gloss, capitals=names, keep_out=rectangles.keep_out)
    exact.plain = reading.text
    exact.unclear += [*(f"{word[:20]}..." for word in endless), *gloss.unread]
    exact.unclear += [*rectangles.told, *ranges, *conditions]
    exact.straighten = read_straighten(reading)
    exact.unclear += read_unable(reading)
    for match in reading.take(BYTES):
        exact.most_bytes = max(1, round(float(match["n"]) * UNITS[match["unit"]]))
    reading.text = PIXELS_OFF.sub(lambda match: _share_off(match, image), reading.text)
    for match in reading.take(PIXELS_ROUND):
        exact.keep_out = [*exact.keep_out, *_round(int(match["a"] or match["b"]), image)]
    reading.text = PORTRAIT.sub(_genre, reading.text)
    reading.text = A_PORTRAIT.sub(r"\g<lead> genre:shoulders ", reading.text)
    reading.text = MANY.sub(r"\1 options ", reading.text)
    exact.shapes = read_shapes(reading, image)
    exact.unclear += exact.shapes.unclear
    if text.strip() and not re.search(r"\w", text):
        exact.unclear.append(text.strip())
    _profiles(exact, reading.text)
    _countries(exact, reading)
    exact.unclear += [
        f"{words}: one crop shows them together" for words in EACH.findall(text.lower())
    ]
    if not exact.shapes.targets:
        exact.unclear += [
            f"{words}: no shape of its own is known" for words in SHAPELESS.findall(exact.plain)
        ]
    if any(target.name.startswith("passport") for target in exact.shapes.targets):
        exact.unclear += [
            f"{words}: framed as a passport photo, no rule of its own is known"
            for words in RULELESS.findall(text.lower())
        ]
    exact.unclear += [f"{words}: only its shape" for words in LOOKS.findall(exact.plain)]
    exact.text = with_shares(reading.text)
    return exact


def without_typos(text: str, names: Container[str]) -> str:
    """Return normalised text with slips of the keyboard mended; `names` are left as they are."""
    plain = re.sub(
        r"(?<![\w'-])[a-z]{4,}(?![\w'-])",
        lambda word: word[0] if word[0] in names else mended(word[0]),
        text,
    )
    return text if plain == text else normalised(plain)


def _round(pixels: int, image: Size) -> list[Box]:
    """Return strips of so many pixels along the four sides, at most nearly half of each."""
    across, down = (min(0.45, pixels / side) for side in (image.width, image.height))
    return [
        *(strip(side, across) for side in (Side.LEFT, Side.RIGHT)),
        *(strip(side, down) for side in (Side.TOP, Side.BOTTOM)),
    ]


def _share_off(match: re.Match[str], image: Size) -> str:
    """Return a strip in pixels as a share of the photo."""
    across = match["side"] in ("left", "right")
    share = int(match["n"]) / (image.width if across else image.height)
    return f"{match['cut'] or ''}#{min(0.95, max(0.001, share)):.4f} off "


def _heading(match: re.Match[str]) -> str:
    """Drop what a request is for before a colon, unless it names a shape."""
    named = any(re.search(pattern, match[0]) for pattern, _ in named_in(match[0]))
    return match[0].replace(":", ",") if named else ""


def _genre(match: re.Match[str]) -> str:
    """Take a portrait of a person for the genre; that of a thing is upright."""
    classes = lexicon().classes
    head = re.split(r" (?:with|in|on|at|by|near|holding|wearing)\b", match["whom"])[0]
    person = any(
        classes.get(word) in ("H", "E") or word in ("him", "her", "them", "me", "us")
        for word in head.split()
    )
    return "genre:shoulders " if person else match[0]


def _profiles(exact: Exact, text: str) -> None:
    """Take the profile picture of a platform for a headshot on it."""
    if "genre:headshot" in text or "genre:shoulders" in text:
        own = [presets().get(t.name.replace("-post", "-profile")) for t in exact.shapes.targets]
        exact.shapes.targets = [
            preset.target if preset else target
            for preset, target in zip(own, exact.shapes.targets, strict=True)
        ]


def _countries(exact: Exact, reading: Reading) -> None:
    """Take the country of a passport photo that was named elsewhere: "passport photo, British"."""
    plain = [t.name == "passport" for t in exact.shapes.targets]
    asked = any(plain) or "genre:passport" in reading.text
    said = country_said(reading.text) if asked else None
    if said is not None:
        words, key = said
        reading.text = reading.text.replace(words, MARK, 1)
        own = presets()[key].target
        exact.shapes.targets = [
            own if is_plain else t for t, is_plain in zip(exact.shapes.targets, plain, strict=True)
        ] or [own]
    named = [t for t in exact.shapes.targets if t.name.startswith("passport")]
    sized = [t for t in exact.shapes.targets if t not in named and t.ratio is not None]
    if named and sized and asked:
        # A size beside "passport photo" is that of the photo; a country's rule brings its own.
        bare = named[0].name == "passport"
        if bare:
            reading.text = f"{reading.text} genre:passport"
            exact.unclear.append(f"passport photo: as {sized[0].ratio}, by no country's rule")
        alike = [t for t in sized if t.ratio == named[0].ratio]
        drop = named if bare else alike
        exact.shapes.targets = [t for t in exact.shapes.targets if t not in drop]


def read_unable(reading: Reading) -> list[str]:
    """Take wishes that are not cropping: colours, rotation, retouching."""
    lead = r"(?:\b(?:and|then|also|please|can you|could you|so) )*(?:make (?:it|this) )?"
    work = "|".join(word_list("unable"))
    end = (
        r"(?:(?!\d+ ?[x:] ?\d)[^,.|;])*?(?=\s*\d+ ?[x:] ?\d|\s*(?:[,.|;]|$|\band\b"
        r"|\bbut\b|\botherwise\b|\bthen\b))"
    )
    found = [match[0].strip() for match in reading.take(rf"{lead}\b(?:{work})(?![\w-]){end}")]
    return [
        re.sub(r"^(?:(?:and|then|also|please|can you|could you|so) )+", "", words)
        for words in found
    ]
