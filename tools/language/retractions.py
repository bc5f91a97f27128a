"""Shapes that are spoken of and not wanted: taken back, got before, or the ends of a range."""

import re

GIVEN = (
    r"(?<!can )(?<!could )(?<!would )(?<!will )(?<!might )(?<!if )"
    r"\b(?:you|it)(?:'ve| have)? (?:(?:keep|kept|always|again|still|only|just) )*"
    r"(?:giv\w+|gave|made|making|sent|sending|did|returned)(?: (?:me|us|it|this|to|as|in|a|an))* "
    r"|\b(?:the )?(?:last|previous|first) (?:one|crop|version|time|picture) (?:was|is|came out)"
    r"(?: (?:as|in|an?|so|too))* "
    r"|\bwhy (?:is|was|did|have) (?:it|this|that|you)(?: \w+)?(?: (?:a|an|in|so))* "
)
"""What one got and did not want: "you keep giving me a square"."""
SHAPE_WORD = (
    r"\b(?:\d+(?:\.\d+)? ?[:x/] ?\d+(?:\.\d+)?|(?:a )?square|(?:a )?portrait|(?:a )?landscape"
    r"|upright|vertical|horizontal|panorama|panoramic|widescreen)\b"
)
TILL = r"(?:(?!\b(?:but|now|i|we|please|so)\b)[^.;|,])*"
"""Up to where what is wanted instead may begin."""
CORRECTED = re.compile(
    rf"(?P<said>(?:^|[^.;|])*?)(?:as |in )?{SHAPE_WORD}[ ,.]*"
    r"(?:(?:oh |sorry |actually )?no,? wait|wait,? (?:actually )?no|actually,? no|scratch that"
    r"|sorry,? no|no,? sorry|no,? make (?:it|that)|or rather)\b[ ,.]*(?=(?P<new>[^.;]*))"
)
"""A shape that is taken back: "square, no wait, 3:4"."""
TAKEN_BACK = re.compile(r"\b(?:wait|scratch|rather|actually|no|sorry)\b")
"""Without one of these nothing is taken back."""
PAIR = r"\d+(?:\.\d+)? ?[:x/] ?\d+(?:\.\d+)?|square|portrait|landscape"
BETWEEN = re.compile(
    rf"\b(?:anything |something |anywhere |somewhere )?(?:between (?P<one>{PAIR}) and (?:{PAIR})"
    rf"|any(?:thing|where) from (?P<from>{PAIR}) to (?:{PAIR}))(?![\w:])"
)
"""A range of shapes, of which one is made: "between 3:2 and 16:9"."""


def without_retractions(text: str) -> tuple[str, list[str]]:
    """Return normalised text with the shapes that are wanted, and what is told of a range."""
    told: list[str] = []

    def first(match: re.Match[str]) -> str:
        shape = match["one"] or match["from"]
        told.append(f"{match[0]}: {shape} is taken")
        return f" , {shape} , "

    text = BETWEEN.sub(first, text)
    if TAKEN_BACK.search(text):
        text = CORRECTED.sub(_corrected, text)
    if len(re.findall(SHAPE_WORD, text)) > 1:
        text = re.sub(rf"(?:{GIVEN}){SHAPE_WORD}{TILL}", " ", text)
    return text, told


def _corrected(match: re.Match[str]) -> str:
    """Drop the shape that is taken back, if another follows."""
    return match["said"] if re.search(SHAPE_WORD, match["new"]) else match[0]
