"""Sides and shares in words: "the bottom right corner", "left third", "a quarter"."""

import re
from dataclasses import dataclass

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Across, Down, Side

SHARES = {
    "half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "sixth": 1 / 6,
    "eighth": 1 / 8, "tenth": 1 / 10,
    "thirds": 1 / 3, "quarters": 1 / 4, "fifths": 1 / 5, "tenths": 1 / 10,
}  # fmt: skip
TIMES = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
TENS = {
    "five": 5,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "twenty-five": 25,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
}
OF_SIDE = {
    "left": Side.LEFT, "right": Side.RIGHT, "top": Side.TOP, "upper": Side.TOP, "above": Side.TOP,
    "over": Side.TOP, "overhead": Side.TOP, "on top": Side.TOP, "bottom": Side.BOTTOM,
    "lower": Side.BOTTOM, "below": Side.BOTTOM, "under": Side.BOTTOM, "underneath": Side.BOTTOM,
    "beneath": Side.BOTTOM,
}  # fmt: skip
OPPOSITE = {
    Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.TOP: Side.BOTTOM, Side.BOTTOM: Side.TOP,
}  # fmt: skip
FRACTION = re.compile(
    rf"(?<![:\w])half (?:of )?(?=(?:the|this|it)\b)(?!the (?:body|man|woman))"
    r"|\b(?:about|roughly|around|approx) half\b(?! (?:body|length))"
    rf"|\b(?:about |roughly |around )?(?:(?P<n>{'|'.join(TIMES)})["
    rf" -])(?P<part>{'|'.join(SHARES)})\b"
    rf"|\b(?P<tens>{'|'.join(TENS)}|\d+(?:\.\d+)?) ?(?:%|percent|per cent)"
)


@dataclass(frozen=True)
class Where:
    """A side, or a part, of the picture."""

    sides: tuple[Side, ...]
    """Up to two: top and right for the top right corner."""
    middle: bool = False
    third: bool = False
    share: float | None = None
    """How much of the picture: a third."""

    @property
    def across(self) -> Across | None:
        """The place from left to right."""
        for side in self.sides:
            if side is Side.LEFT:
                return Across.LEFT_THIRD if self.third else Across.LEFT
            if side is Side.RIGHT:
                return Across.RIGHT_THIRD if self.third else Across.RIGHT
        return Across.CENTER if self.middle and not self.sides else None

    @property
    def down(self) -> Down | None:
        """The place from top to bottom."""
        for side in self.sides:
            if side is Side.TOP:
                return Down.UPPER_THIRD if self.third else Down.TOP
            if side is Side.BOTTOM:
                return Down.LOWER_THIRD if self.third else Down.BOTTOM
        return None


def with_shares(text: str) -> str:
    """Write every fraction and percentage of a text as a share: "a quarter" -> "#0.250"."""

    def share(match: re.Match[str]) -> str:
        if match[0].startswith("half"):
            return " #0.500 of "
        if match[0].endswith("half"):
            return " #0.500 "
        if match["part"]:
            return f" #{TIMES[match['n']] * SHARES[match['part']]:.3f} "
        number = TENS.get(match["tens"]) or float(match["tens"])
        return f" #{min(0.95, max(0.001, number / 100)):.3f} "

    return re.sub(r"\s+", " ", FRACTION.sub(share, text)).strip()


def share_of(words: str) -> float | None:
    """Return the share that stands in words; None if none does."""
    if found := re.search(r"#(\d*\.\d+)", words):
        return float(found[1])
    if found := re.search(r"(\d+(?:\.\d+)?)%", words):
        return float(found[1]) / 100
    return next((SHARES[word] for word in words.split() if word in SHARES), None)


def where(words: str) -> Where:
    """Read a side."""
    tokens = re.findall(r"[a-z]+", words)
    sides = list(dict.fromkeys(OF_SIDE[word] for word in tokens if word in OF_SIDE))
    if "hand" in tokens and not sides:
        sides = [Side.LEFT if "left" in words else Side.RIGHT]
    sides += [side for word, side in OF_SIDE.items() if word + "hand" in tokens]
    return Where(
        sides=tuple(sides[:2]),
        middle=any(word in ("middle", "center") for word in tokens),
        third="third" in tokens or "thirds" in tokens,
        share=share_of(words),
    )


def strip(side: Side, share: float) -> Box:
    """Return the strip of the photo along a side."""
    return {
        Side.LEFT: Box(x1=0, y1=0, x2=share, y2=1),
        Side.RIGHT: Box(x1=1 - share, y1=0, x2=1, y2=1),
        Side.TOP: Box(x1=0, y1=0, x2=1, y2=share),
        Side.BOTTOM: Box(x1=0, y1=1 - share, x2=1, y2=1),
    }[side]
