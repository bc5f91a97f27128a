"""Shapes in words: ratios, orientations, presets, pixel sizes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cropsmith.errors import UsageError
from cropsmith.tools.language.presets import named_in, presets
from cropsmith.tools.language.reading import COUNTED, MARK, Reading, either, number
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target

SHAPES = {
    "square": "1:1", "squares": "1:1", "squared": "1:1", "squarish": "1:1",
    "square-ish": "1:1",
    "portrait": "4:5", "portraits": "4:5", "vertical": "4:5", "vertically": "4:5",
    "upright": "4:5", "tall": "4:5", "taller": "4:5",
    "landscape": "3:2", "landscapes": "3:2", "horizontal": "3:2", "horizontally": "3:2",
    "panorama": "2:1", "panoramic": "2:1", "pano": "2:1",
    "widescreen": "16:9", "wide screen": "16:9", "wide format": "16:9",
    "wide crop": "16:9",
    "golden ratio": "1618:1000", "golden rectangle": "1618:1000",
}  # fmt: skip
"""Words for shapes. Portrait and landscape are the ratios prints and feeds use most."""

UPRIGHT = {"portrait", "portraits", "vertical", "vertically", "upright", "tall", "taller"}
LYING = {"landscape", "landscapes", "horizontal", "horizontally"}
OF_SCENES = ("tall", "taller", "upright")
"""Adjectives of things as well: they are shapes only before a word for the picture."""

SAME = (
    r"\b(?:keep(?:ing)? |with |in |at )?(?:the |its |it in the )?(?:same|original|current"
    r"|existing)"
    r" (?:shape|aspect ratio|ratio|aspect|proportions?|format|dimensions)"
    r"(?: as (?:the |it )?(?:original|now|before|is|photo))?\b"
    r"|\bkeep(?:ing)? the (?:shape|aspect ratio|ratio|aspect|proportions)\b"
)
PIXELS = r"(?: ?(?:px|pixels?)\b)?"
NUMBER_WORD = rf"(?:\d+(?:\.\d+)?|{either(COUNTED)})"
PAIR = (
    rf"(?<![\w.:-])({NUMBER_WORD})(?: ?(?:x|:|/) ?| by | to )({NUMBER_WORD})"
    r"(?:[- ]?(?:inch(?:es)?|in\b|cm|mm|\"|''))?"
)
AT_LEAST = (
    r"(?:(?:at|with)? ?(?:at )?(?:least|minimum(?: of| size)?)|no (?:smaller|less|fewer) than"
    r"|not (?:smaller|less) than|bigger than|larger than|or (?:bigger|larger))"
)
SIDES = {"wide": 0, "across": 0, "width": 0, "in width": 0, "tall": 1, "high": 1, "in height": 1}
PICTURE = (
    r"(?: (?:crop|cropping|version|option|alternative|variant|format|orientation|mode|shot"
    r"|photo|picture|image|print|one"
    r"|frame"
    r"|shape|ratio|aspect ratio|aspect|paper|page|post|layout|composition|framing|size|style"
    r"|video|format))?s?"
)
LEAD = (
    r"(?:\b(?:in|as|to|at|into|for) )?(?:\b(?:a|an|the|my|our|one) )?"
    r"(?:\b(?:nice|good|wide|proper|clean|simple|big|quick|standard|regular|classic) )?"
)
NOT = (
    r"\b(?:(?:but )?not|don't make (?:it|this)|anything but|anything except|no|never)"
    r"(?: a| an| in)? "
)


ALIKE = 0.02
"""How far a preset may be from a ratio beside it to be the same wish."""


@dataclass
class Shapes:
    """What was read about shapes."""

    targets: list[Target] = field(default_factory=list)
    min_size: Size | None = None
    unclear: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


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
    _minimum(reading, shapes)
    negated = _negated(reading)
    width = _width(reading)
    both = reading.take(
        r"(?:\bat |\bexactly )?\b(\d{3,5}) ?(?:px|pixels?)\b(?! (?:tall|high|wide))"
    )
    # From here on taken words leave blanks of their own length: the order of targets is theirs.
    text = reading.text
    for find in (_presets, _same, _pairs, _words):
        text = find(text, placed, image)
    reading.text = re.sub(r"\x00+", MARK, text)
    found = [target for _, target in sorted(placed, key=lambda one: one[0])]
    found = _joined(found, text, shapes)
    if both and len(found) == 1 and found[0].ratio == Ratio(width=1, height=1):
        width = width or (int(both[0][1]), 0)
    elif both:
        shapes.unclear.append(f"{both[0][0].strip()}: which side?")
    shapes.targets = _unique(_sized(found, width, shapes))
    if negated and not shapes.targets:
        shapes.unclear.append(f"{negated}: it rules out a shape but names none")
    return shapes


def _minimum(reading: Reading, shapes: Shapes) -> None:
    """Take smallest sizes: "at least 2000 pixels wide", "minimum 1080x1350"."""
    sides = either(SIDES)
    for match in reading.take(rf"\b{AT_LEAST} (\d+) ?(?:x|by) ?(\d+){PIXELS}"):
        shapes.min_size = Size(width=int(match[1]), height=int(match[2]))
    for match in reading.take(rf"\b{AT_LEAST} (\d+){PIXELS} ({sides})\b"):
        shapes.min_size = _one_side(int(match[1]), match[2], shapes.min_size)
    for match in reading.take(rf"\b{AT_LEAST} (\d+) ?(?:px|pixels?)\b[^,.|]*"):
        shapes.unclear.append(f"{match[0].strip()}: of which side?")


def _one_side(pixels: int, side: str, known: Size | None) -> Size:
    """Return the smallest size with one more side known."""
    sizes = [known.width, known.height] if known else [1, 1]
    sizes[SIDES[side]] = pixels
    return Size(width=sizes[0], height=sizes[1])


def _negated(reading: Reading) -> str:
    """Take shapes that are not wanted; return them as written."""
    pattern = rf"{NOT}(?:{either(SHAPES)}|\d+ ?[:x] ?\d+){PICTURE}(?![\w:])"
    return ", ".join(match[0].strip() for match in reading.take(pattern))


def _width(reading: Reading) -> tuple[int, int] | None:
    """Take "1200 px wide"; return pixels and side (0 width, 1 height)."""
    found = reading.take(
        rf"(?:\bat |\bexactly )?\b(\d{{2,5}})(?: ?(?:px|pixels?)) ({either(SIDES)})\b"
    )
    return (int(found[0][1]), SIDES[found[0][2]]) if found else None


def _blank(match: re.Match[str]) -> str:
    """Return a blank of the match's length."""
    return "\x00" * len(match[0])


def _presets(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find presets."""
    for pattern, key in named_in(text):
        full = rf"{LEAD}{pattern}{PICTURE}(?![\w-])"
        for match in re.finditer(full, text):
            placed.append((match.start(), presets()[key].target))
        text = re.sub(full, _blank, text)
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


def _words(text: str, placed: list[tuple[int, Target]], image: Size) -> str:
    """Find words for shapes."""
    for word in sorted(filter(text.__contains__, SHAPES), key=len, reverse=True):
        tail = PICTURE.replace("))?s?", "))s?") if word in OF_SCENES else PICTURE
        full = rf"{LEAD}(?<![\w-]){word}{tail}(?![\w-])"
        for match in re.finditer(full, text):
            placed.append((match.start(), Target(name=word, ratio=Ratio.parse(SHAPES[word]))))
        text = re.sub(full, _blank, text)
    return text


def _joined(found: list[Target], text: str, shapes: Shapes) -> list[Target]:
    """Put together words that describe one shape: "A4 landscape", "Instagram, square"."""
    alone = [t for t in found if t.name in SHAPES]
    named = [t for t in found if t.name not in SHAPES]
    several = re.search(r"\x00[^\x00]*(?:\band\b|\+|&)", text) is not None
    if len(alone) != 1 or len(named) != 1 or several:
        return _without_platform(found, several)
    word, other = alone[0], named[0]
    if (turned := _platform(other, word)) is not None:
        return [turned]
    if word.name in UPRIGHT | LYING and other.ratio is not None:
        return _oriented(word, other, shapes)
    if other.name in presets() and presets()[other.name].ratio is not None:
        return [word] if word.ratio == other.ratio else found
    separate = re.search(r"\x00[^\x00]*(?:,|\bor\b)", text)
    if word.ratio != other.ratio and not separate:
        shapes.contradictions.append(f"'{word.name}' and '{other.name}' are different shapes.")
        return [other]
    return found if word.ratio != other.ratio else [other]


def _oriented(word: Target, other: Target, shapes: Shapes) -> list[Target]:
    """Turn a print to the side that was said; anything else that lies otherwise contradicts."""
    assert other.ratio is not None
    upright = word.name in UPRIGHT
    if other.ratio.value == 1 or (other.ratio.value < 1) == upright:
        fits = other.ratio.value != 1
        if not fits:
            shapes.contradictions.append(f"A square is neither {word.name} nor its opposite.")
        return [other]
    turned = Ratio(width=other.ratio.height, height=other.ratio.width)
    if other.size is None and _prints(other):
        return [other.model_copy(update={"ratio": turned, "name": f"{other.name} {word.name}"})]
    shapes.contradictions.append(f"{other.name} is not {word.name}.")
    return [other]


def _prints(target: Target) -> bool:
    """Tell whether a target is paper, which may be turned: A4, 8x10."""
    paper = {"8:10", "5:7", "4:6", "11:14", "10:8", "7:5", "6:4", "14:11", "16:20", "20:16"}
    preset = presets().get(target.name)
    return target.name in paper or (preset is not None and preset.key in {
        "a3", "a4", "a5", "a6", "letter", "postcard", "business-card", "phone-wallpaper"
    })  # fmt: skip


def _platform(preset: Target, word: Target) -> Target | None:
    """Return the platform's own preset of a shape: Instagram + square."""
    shape = {"square": "square"} | dict.fromkeys(UPRIGHT, "portrait")
    shape |= dict.fromkeys(LYING, "landscape")
    platform, _, kind = preset.name.partition("-")
    if kind != "post" or word.name not in shape:
        return None
    own = presets().get(f"{platform}-{shape[word.name]}")
    return own.target if own else word


def _without_platform(found: list[Target], several: bool) -> list[Target]:
    """Drop a name beside a shape given in numbers: "4:5 for Instagram", "a banner, 4:1"."""
    numbers = [t.ratio.value for t in found if t.name not in presets() and t.ratio]

    def repeats(target: Target) -> bool:
        if target.name not in presets() or target.ratio is None or not numbers:
            return False
        alike = any(abs(one / target.ratio.value - 1) < ALIKE for one in numbers)
        vague = target.size is None and not several and not _prints(target)
        return alike or vague or target.name.endswith("-post")

    return [t for t in found if not repeats(t)]


def _sized(found: list[Target], width: tuple[int, int] | None, shapes: Shapes) -> list[Target]:
    """Give "square, 1200 px wide" its pixels; without a shape it is a smallest size."""
    if width is None:
        return found
    pixels, side = width
    if len(found) != 1 or found[0].ratio is None:
        shapes.min_size = _one_side(pixels, "tall" if side else "wide", shapes.min_size)
        return found
    ratio = found[0].ratio
    other = max(1, round(pixels * (ratio.value if side else 1 / ratio.value)))
    size = Size(width=other, height=pixels) if side else Size(width=pixels, height=other)
    return [found[0].model_copy(update={"size": size, "at_most": False})]


def _unique(found: list[Target]) -> list[Target]:
    """Drop a shape said twice."""
    return list({(str(t.ratio), str(t.size)): t for t in reversed(found)}.values())[::-1]
