"""Words that describe one shape together: "A4 landscape", "Instagram, square", "a 3:1 panorama"."""

import re
from dataclasses import dataclass, field

from cropsmith.tools.language.presets import presets
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target

SHAPES = {
    "square": "1:1", "squares": "1:1", "squared": "1:1", "squarish": "1:1",
    "square-ish": "1:1",
    "portrait": "4:5", "portraits": "4:5", "vertical": "4:5", "vertically": "4:5",
    "upright": "4:5", "tall": "4:5", "taller": "4:5", "verticals": "4:5",
    "landscape": "3:2", "landscapes": "3:2", "horizontal": "3:2", "horizontally": "3:2",
    "sideways": "3:2", "wide": "3:2", "lengthwise": "3:2", "horizontals": "3:2",
    "panorama": "2:1", "panoramic": "2:1", "pano": "2:1",
    "widescreen": "16:9", "wide screen": "16:9", "wide format": "16:9",
    "wide crop": "16:9", "wide one": "3:2", "wide strip": "3:1",
    "golden ratio": "1618:1000", "golden rectangle": "1618:1000",
}  # fmt: skip
"""Words for shapes. Portrait and landscape are the ratios prints and feeds use most."""

UPRIGHT = {
    "portrait",
    "portraits",
    "vertical",
    "vertically",
    "upright",
    "tall",
    "taller",
    "verticals",
}
LYING = {
    "landscape",
    "landscapes",
    "horizontal",
    "horizontally",
    "sideways",
    "wide",
    "lengthwise",
    "horizontals",
}
LONG = {"panorama", "panoramic", "pano", "widescreen", "wide screen", "wide format", "wide crop"}
"""Words that any lying shape in numbers may have beside it."""
ALIKE = 0.02
"""How far a preset may be from a ratio beside it to be the same wish."""
ABOUT = 0.15
"""The same where both describe one thing: "2:1 facebook event cover"."""
SEVERAL = re.compile(
    r"\x00[ ,]*(?:and|&|\+|plus|or|as well as)(?: (?:also|one|a|an|as|in|for|my|the"
    r"|then))* ?\x00|\x00 (?:and|&|\+|plus|or) [\w ]*\x00(?=[^\x00]*one of each)"
)
SHOPS = ("-post", "-listing", "-product")
SHAPED = (
    {"square": "square"} | dict.fromkeys(UPRIGHT, "portrait") | dict.fromkeys(LYING, "landscape")
)


@dataclass
class Shapes:
    """What was read about shapes."""

    targets: list[Target] = field(default_factory=list)
    min_size: Size | None = None
    genre: bool = False
    """A portrait was asked for beside another shape: the genre, not the orientation."""
    unclear: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


def joined(found: list[Target], text: str, shapes: Shapes) -> list[Target]:
    """Put together words that describe one shape; `text` has blanks where they stood."""
    if clash := _but(found, text):
        shapes.contradictions.append(clash)
        return [t for t in found if t.name not in UPRIGHT | LYING] or found
    words = [t for t in found if t.name in SHAPES]
    named = [t for t in found if t.name not in SHAPES]
    several = SEVERAL.search(text) is not None or "one of each" in text
    together = "at the same time" in text or "at once" in text
    if {_lies(t) for t in words} == {True, False} and (together or not several) and not named:
        if together or re.search(r"\x00[ ,]*\x00|\x00 but ", text):
            shapes.contradictions.append("One picture cannot be upright and lying at once.")
        return found
    if several or not words or not named:
        return _without_platform(found, several)
    named = _without_platform(named, several)
    for word in words:
        named = _described(word, named, text, shapes)
    return sorted(named, key=lambda target: found.index(target) if target in found else 0)


BUT = re.compile(r"\x00[ ,]*but (?:in |as |it is |it's |it must be |must be )?\x00")


def _but(found: list[Target], text: str) -> str:
    """Return the contradiction of two shapes that "but" joins: "a square, but 16:9"."""
    if len(found) != 2 or not BUT.search(text):
        return ""
    one, other = found
    lies = {_lies(one), _lies(other)}
    turned = turns(one) or turns(other) or len(lies) == 1
    if one.ratio == other.ratio or (turned and None not in lies):
        return ""
    return f"'{one.name}' and '{other.name}' are different shapes."


def _lies(target: Target) -> bool | None:
    """Tell whether a shape is wider than high; None for a square."""
    value = target.ratio.value if target.ratio else 1
    return None if value == 1 else value > 1


def _described(word: Target, named: list[Target], text: str, shapes: Shapes) -> list[Target]:
    """Return the named shapes as a word beside them describes them."""
    if word.name in ("square", "squared") and all(_lies(t) is None for t in named):
        return named
    if len(named) == 1 and (turned := _platform(named[0], word)) is not None:
        return [turned]
    agrees = all(_lies(t) == _lies(word) for t in named)
    if word.name in UPRIGHT | LYING | LONG and agrees:
        return named
    if word.name in ("portrait", "portraits") and " but " not in text:
        if len(named) == 1 and turns(named[0]):
            return _oriented(word, named[0], shapes)
        shapes.genre = True
        return named
    if len(named) == 1 and word.name in UPRIGHT | LYING:
        return _oriented(word, named[0], shapes)
    separate = re.search(r"\x00[^\x00]*(?:,|\bor\b)", text)
    if (
        len(named) == 1
        and named[0].name in presets()
        and presets()[named[0].name].ratio is not None
    ):
        return [word] if word.ratio == named[0].ratio else [*named, word]
    if not separate:
        shapes.contradictions.append(f"'{word.name}' and '{named[0].name}' are different shapes.")
        return named
    return [*named, word] if word.ratio != named[0].ratio else named


def _oriented(word: Target, other: Target, shapes: Shapes) -> list[Target]:
    """Turn a print to the side that was said; anything else that lies otherwise contradicts."""
    assert other.ratio is not None
    if other.ratio.value == 1:
        shapes.contradictions.append(f"A square is neither {word.name} nor its opposite.")
        return [other]
    if turns(other):
        turned = Ratio(width=other.ratio.height, height=other.ratio.width)
        size = other.size and Size(width=other.size.height, height=other.size.width)
        return [
            other.model_copy(
                update={"ratio": turned, "size": size, "name": f"{other.name} {word.name}"}
            )
        ]
    shapes.contradictions.append(f"{other.name} is not {word.name}.")
    return [other]


def turns(target: Target) -> bool:
    """Tell whether a target is paper, which may be turned: A4, 8x10, 10x15 cm."""
    paper = {"8:10", "5:7", "4:6", "11:14", "10:8", "7:5", "6:4", "14:11", "16:20", "20:16",
    "10:15", "15:10", "9:13", "13:9", "13:18",
             "18:13", "18:24", "24:18", "20:30", "30:20", "30:40", "40:30", "50:70", "70:50",
             "2:3", "12:18", "24:36", "6:9", "9:6"}  # fmt: skip
    preset = presets().get(target.name)
    return target.name in paper or target.name.endswith((" cm", " mm", " inches", " dpi")) or (
        preset is not None and preset.key in {
            "a3", "a4", "a5", "a6", "letter", "postcard", "business-card", "phone-wallpaper"
        }
    )  # fmt: skip


def _platform(preset: Target, word: Target) -> Target | None:
    """Return the platform's own preset of a shape: Instagram + square."""
    if not preset.name.endswith(SHOPS) or preset.name not in presets() or word.name not in SHAPED:
        return None
    own = presets().get(f"{preset.name.partition('-')[0]}-{SHAPED[word.name]}")
    return own.target if own else word


def _without_platform(found: list[Target], several: bool) -> list[Target]:
    """Drop a name beside a shape given in numbers: "4:5 for Instagram", "a banner, 4:1"."""
    numbers = [
        t.ratio.value for t in found if t.name not in presets() and t.ratio and t.name not in SHAPES
    ]

    def repeats(target: Target) -> bool:
        if target.name not in presets() or target.ratio is None or not numbers:
            return False
        near = ALIKE if several else ABOUT
        alike = any(abs(one / target.ratio.value - 1) < near for one in numbers)
        print_said = any(
            turns(t) for t in found if t.name not in presets() and t.name not in SHAPES
        )
        vague = target.size is None and not several and (not turns(target) or print_said)
        return alike or vague or target.name.endswith(SHOPS)

    if not several and any(t.name == "profile-picture" for t in found):
        found = [t for t in found if not t.name.endswith("-post")]
    if any(t.name.startswith("passport-") for t in found):
        found = [t for t in found if t.name != "passport"]
    passport = [t for t in found if t.name.startswith("passport")]
    kept = [t for t in found if not repeats(t) or t in passport]
    if len(passport) == 1 and (
        sized := [t for t in kept if t.size and t not in passport and t.ratio == passport[0].ratio]
    ):
        own = passport[0].model_copy(update={"size": sized[-1].size, "at_most": False})
        return [own, *(t for t in kept if t not in (*passport, *sized))]
    return [t for t in kept if t in passport or not passport or not _same(t, passport[0])]


def _same(target: Target, other: Target) -> bool:
    """Tell whether two shapes have one ratio."""
    return target.ratio == other.ratio and target.size is None
