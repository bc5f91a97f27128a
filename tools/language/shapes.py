"""Shapes in words: ratios, orientations, presets, pixel sizes."""

import re
from collections.abc import Sequence
from functools import cache

from cropsmith.errors import UsageError
from cropsmith.tools.language.joining import LYING, SHAPES, UPRIGHT, Shapes, joined
from cropsmith.tools.language.minimum import PIXELS, SIDES, one_side, read_minimum
from cropsmith.tools.language.numerals import COUNTED, number
from cropsmith.tools.language.presets import named_in, presets
from cropsmith.tools.language.prints import prints
from cropsmith.tools.language.reading import MARK, Reading, either
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target

OF_SCENES = ("tall", "taller", "upright", "wide", "sideways", "lengthwise")
"""Adjectives of things as well: shapes only alone in a clause, or before a word for the picture."""
ALONE = (
    r"(?:(?<![^,.;:|\x00])|(?<=[,.;:|\x00] )|(?<=\band )|(?<=\bmake it )|(?<=\bbe )"
    r"|(?<=\d )|(?<=\bone )|(?<=\bso )|(?<=\bpicture )|(?<=\bphoto )|(?<=\bimage )"
    r"|(?<=cm )|(?<=mm )|(?<=poster )|(?<=print )"
    r"|(?<=, but )|(?<=centimeters"
    r" ))"
)
AT_END = (
    r"(?=\s*(?:[,.;|\x00]|$|\bplease\b|\band\b|\bbut\b|\bfor\b|\bthank|\bthx\b|\bcheers\b"
    r"|\bwithout\b|\d))"
)
THINGS = (
    r"(?:(?:of|keep|include|including|hold|(?<!go )with|not|without|holding|behind"
    r"|remove|hide|lose|drop|no|between"
    r"|carrying|reading|read|under|but not) (?:the|a|an|that|this|my|his|her) (?:\w+ )?"
    r"|(?:lots|plenty|much|more|some|market|town|village|city|public|main|times|st"
    r"|red|scanned this|scanned the|this old"
    r"|news|cover|success|love|lead|feature|life) (?:of )?(?:the )?"
    r"|(?:in|on|across|around|over|and|or) the |(?:and|or) (?:my|his|her|our) )$"
)
"""Before a word that names a shape and a thing as well, these words tell that it is a thing."""
AMBIGUOUS = {
    "panorama",
    "pano",
    "banner",
    "postcard",
    "story",
    "stories",
    "header",
    "hero",
    "polaroid",
    "letterbox",
    "slide",
    "square",
    "squares",
    "landscape",
    "landscapes",
    "book cover",
    "letter",
}

SAME = (
    r"\b(?:keep(?:ing)? |with |in |at )?(?:the |its |it in the )?(?:same|original|current"
    r"|existing)"
    r" (?:shape|aspect ratio|ratio|aspect|proportions?|format|dimensions)"
    r"(?: as (?:the |it )?(?:original|now|before|is|photo))?\b"
    r"|\b(?:keep(?:ing)?|(?:don't|not|never|without) chang(?:e|ing))(?: (?:the|its))?"
    r" (?:shape|aspect ratio|ratio|aspect|proportions)\b"
)
NUMBER_WORD = rf"(?:\d+(?:\.\d+)?|{either(COUNTED)})"
PAIR = (
    rf"(?<![\w.:-])({NUMBER_WORD})(?: ?(?:px|mm|cm|in|inch(?:es)?)\b)?"
    rf"(?: ?(?:x|/) ?| ?: ?(?=\d)| by | to )({NUMBER_WORD})"
    r"(?:[- ]?(?:inch(?:es)?|in\b|cm|mm|\"|''))?"
)
PICTURE = (
    r"(?: (?:crop(?! (?:out|off|to|it|away|the|my|down|everything)\b)"
    r"|cropping|version|option|alternative|variant|format|orientation|mode|shot"
    r"|photo|picture|image|print|one"
    r"|frame"
    r"|shape|ratio|aspect ratio|aspect|paper|page|post|layout|composition|framing|size|style"
    r"|video|format))?s?"
)
LEAD = (
    r"(?:\b(?:in|as|to|at|into|for) )?(?:\b(?:a|an|the|my|our|one) )?"
    r"(?:\b(?:nice|good|wide|proper|clean|simple|big|quick|standard|regular|classic"
    r"|normal|ordinary|plain) )?"
)
WHOSE = (
    r"(?:\b(?:school|company|club|team|church|shop|store|band|brand|business|corporate|podcast"
    r"|university|college|charity|restaurant|hotel|event)(?:'s)? )?"
)
"""Whose banner it is: "school website banner"."""
NOT = (
    r"\b(?:(?:no |wait |actually |sorry )*(?:but )?not|(?:i |we )?(?:don't|didn't)"
    r" (?:want|need|like)"
    r"(?: it| this| that| them)?(?: in| to be| as)?|don't make (?:it|this)|anything but"
    r"|anything except|no|never|rather than|instead of|in place of)"
    r"(?: a| an| in| the)? "
)


def target_named(text: str) -> Target:
    """Return the target that one name stands for: "4:5", "square", "Instagram portrait".

    UsageError when it is no shape, or an extreme one.
    """
    reading = Reading(text)
    shapes = read_shapes(reading, Size(width=1, height=1))
    rest = reading.text.replace(MARK.strip(), "").strip(" ,.")
    if len(shapes.targets) == 1 and not rest and not shapes.contradictions:
        return shapes.targets[0].model_copy(update={"name": text.strip()})
    if re.search(r"\d\s*[:x×/]\s*\d", text.lower()):
        Ratio.parse(text)
    raise UsageError(
        f"'{text}' is not a shape that cropsmith knows.",
        hint="Write a ratio (4:5), a size (1080x1350), or a name such as square, story or A4.",
    )


def read_shapes(reading: Reading, image: Size) -> Shapes:
    """Take every shape out of the words; `image` gives the meaning of "same shape".

    UsageError for a ratio beyond 50:1.
    """
    shapes = Shapes()
    placed: list[tuple[int, Target]] = []
    read_minimum(reading, shapes)
    negated = _negated(reading)
    width = _width(reading)
    both = reading.take(
        r"(?:\bat |\bexactly )?(?<!x)(?<!x )(?<!by )\b(\d{3,5})(?! ?px (?:x|by) ) ?(?:px"
        r"|pixels?)\b(?! (?:tall|high|wide))"
    )
    # From here on taken words leave blanks of their own length: the order of targets is theirs.
    text = reading.text
    for find in (prints, _presets, _same, _pairs, _words):
        text = find(text, placed, image)
    reading.text = re.sub(r"\x00+", MARK, text)
    found = [target for _, target in sorted(placed, key=lambda one: one[0])]
    found = joined(found, text, shapes)
    if both and len(found) == 1 and found[0].ratio == Ratio(width=1, height=1):
        width = width or (int(both[0][1]), 0)
    elif both:
        shapes.unclear.append(f"{both[0][0].strip()}: which side?")
    shapes.targets = _unique(_sized(_corrected(found, negated), width, shapes))
    if negated and not shapes.targets and (left := _left_over(negated)):
        shapes.targets = [Target(name=left, ratio=Ratio.parse(SHAPES[left]))]
    elif negated and not shapes.targets:
        shapes.unclear.append(f"{negated}: it rules out a shape but names none")
    return shapes


def _negated(reading: Reading) -> str:
    """Take shapes that are not wanted; return them as written."""
    pattern = rf"{NOT}(?:{either(SHAPES)}|\d+ ?[:x] ?\d+){PICTURE}(?![\w:])"
    return ", ".join(match[0].strip() for match in reading.take(pattern))


def _corrected(found: list[Target], negated: str) -> list[Target]:
    """Drop a shape taken back where another was named: "square, no, not square, 4:5"."""
    kept = [t for t in found if t.name not in re.findall(r"[\w:]+", negated)]
    return kept or found


def _left_over(negated: str) -> str:
    """Return the orientation that is left when the other was ruled out."""
    words = set(re.findall(r"[a-z]+", negated))
    if words & UPRIGHT and not words & LYING:
        return "landscape"
    return "portrait" if words & LYING and not words & UPRIGHT else ""


def _width(reading: Reading) -> tuple[int, int] | None:
    """Take "1200 px wide"; return pixels and side (0 width, 1 height)."""
    found = reading.take(
        r"(?:\bat |\bexactly )?\b(\d{3,5}(?= )|\d{2,5}(?= ?p))"
        rf"(?: ?(?:px|pixels?))? ({either(SIDES)})\b"
    )
    return (int(found[0][1]), SIDES[found[0][2]]) if found else None


def _blank(match: re.Match[str]) -> str:
    """Return a blank of the match's length."""
    return "\x00" * len(match[0])


def _presets(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find presets."""
    for pattern, key in named_in(text):
        whose = WHOSE if "[ -]" in pattern else ""
        full = rf"{LEAD}{whose}{pattern}{PICTURE}(?![\w-])"
        text = _placed(full, text, placed, presets()[key].target)
    return text


def _same(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find "same shape"."""
    for match in re.finditer(SAME, text):
        placed.append((match.start(), Target(name="same shape", ratio=Ratio.of_size(image))))
    return re.sub(SAME, _blank, text)


def _pairs(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find ratios and sizes written as two numbers."""
    full = rf"{LEAD}(?:\b(?:exactly|size|ratio|aspect ratio) )?{PAIR}{PIXELS}{PICTURE}(?![\w:])"
    for match in re.finditer(full, text):
        placed.append((match.start(), _pair(match[1], match[2], match[0])))
    return re.sub(full, _blank, text)


def _pair(first: str, second: str, words: str) -> Target:
    """Return a size when both numbers are large, else a ratio."""
    sides = [str(number(side) or side) for side in (first, second)]
    if _pixels(sides) and ":" not in words:
        size = Size(width=int(sides[0]), height=int(sides[1]))
        ratio = Ratio.of_size(size)
        if not 1 / 50 <= ratio.value <= 50:
            raise UsageError(f"The size {sides[0]}x{sides[1]} is too extreme: at most 50:1.")
        return Target(name=f"{sides[0]}x{sides[1]}", ratio=ratio, size=size)
    ratio = Ratio.parse(":".join(sides))
    return Target(name=":".join(sides), ratio=ratio)


def _pixels(sides: Sequence[str]) -> bool:
    """Tell whether two numbers are pixels: 1080x1350, and 728x90 too, but not 8x10 or 24x36."""
    if not all(side.isdigit() for side in sides):
        return False
    small, large = sorted(map(int, sides))
    return small >= 100 or (large >= 300 and small >= 16)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern compiled: there are more of them than `re` keeps."""
    return re.compile(pattern)


def _placed(full: str, text: str, placed: list[tuple[int, Target]], target: Target) -> str:
    """Note a target wherever its name stands for a shape, and blank it there."""
    shown = []

    def blank(match: re.Match[str]) -> str:
        start = re.match(LEAD, match[0])
        word = match[0][start.end() if start else 0 :]
        lead = text[: match.start()] + (start[0] if start else "")
        if word.split(" ")[0] in AMBIGUOUS and word in AMBIGUOUS and re.search(THINGS, lead):
            return match[0]
        shown.append((match.start(), target))
        return _blank(match)

    text_with_blanks = _compiled(full).sub(blank, text)
    placed += shown
    return text_with_blanks


def _words(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find words for shapes."""
    for word in sorted(filter(text.__contains__, SHAPES), key=len, reverse=True):
        tail = PICTURE.replace("))?s?", "))s?") if word in OF_SCENES else PICTURE
        which = rf"(?!(?<=the ){word} ones?\b)"  # "the tall one" is one of several
        full = rf"{LEAD}(?<![\w-]){which}{word}{tail}(?![\w-])"
        if word in OF_SCENES:
            alone = rf"{ALONE}{word}{AT_END}"
            full = alone if word == "wide" else rf"(?:{full}|{alone}|(?<=something ){word})"
        text = _placed(full, text, placed, Target(name=word, ratio=Ratio.parse(SHAPES[word])))
    return text


def _sized(found: list[Target], width: tuple[int, int] | None, shapes: Shapes) -> list[Target]:
    """Give "square, 1200 px wide" its pixels; without a shape it is a smallest size."""
    if width is None:
        return found
    pixels, side = width
    if len(found) != 1 or found[0].ratio is None:
        shapes.min_size = one_side(pixels, "tall" if side else "wide", shapes.min_size)
        return found
    ratio = found[0].ratio
    other = max(1, round(pixels * (ratio.value if side else 1 / ratio.value)))
    size = Size(width=other, height=pixels) if side else Size(width=pixels, height=other)
    return [found[0].model_copy(update={"size": size, "at_most": False})]


def _unique(found: list[Target]) -> list[Target]:
    """Drop a shape said twice."""
    once = list({(str(t.ratio), str(t.size)): t for t in reversed(found)}.values())[::-1]
    sized = {t.ratio for t in once if t.size}
    return [t for t in once if t.size or t.ratio not in sized or not re.search(r"\d", t.name)]
