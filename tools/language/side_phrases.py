"""Where a phrase for a side of the picture ends: "the bottom right corner", "the top 40 %"."""

from collections.abc import Callable, Sequence

from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.sides import SHARES

ARTICLES = ("the", "its", "your", "a", "their", "his", "her", "both")
OF_PICTURE = ("the", "my", "this", "it", "him", "her", "them", "image", "frame", "center")
"""What may stand behind "of" where a side is that of the picture."""
UPRIGHT = {"top", "bottom", "middle", "center", "upper", "lower", "part", "half", "very"}


def side_end(tokens: Sequence[str], place: int, is_open: Callable[[int], bool]) -> int:
    """Return where the side that begins here ends; `place` if none begins.

    `is_open` tells of a place whether its word belongs to a noun: "left man" is no side.
    """
    groups = lexicon().groups
    if _centers(tokens, place, is_open):
        return place
    end = place + 1 if tokens[place : place + 1] and tokens[place] in ARTICLES else place
    if tokens[end : end + 1] == ["sides"]:
        return end + 1 if tokens[place] in ("the", "both") else place
    if tokens[end : end + 1] == ["right"] and end == place and _exactly(tokens, place):
        return place
    start = end
    while end < len(tokens) and tokens[end] in groups["side_heads"]:
        end += 1
    sides = groups["side_words"]
    if not any(w in sides or w.startswith(("left", "right")) for w in tokens[start:end]):
        return place
    while end < len(tokens) and tokens[end] in groups["side_tails"]:
        end += 1
    if end < len(tokens) and tokens[end].startswith("#"):
        end += 1
    if tokens[end : end + 1] in (["one"], ["ones"]):
        return place
    if is_open(end) and tokens[end] not in ("free", "empty"):
        return place
    part = tokens[end - 1] in SHARES
    behind = tokens[end : end + 2]
    if behind[:1] == ["of"] and not part and not (behind[1:] and behind[1] in OF_PICTURE):
        return place
    return end


def _exactly(tokens: Sequence[str], place: int) -> bool:
    """Tell whether "right" says how exactly: "right in the middle"."""
    before = tokens[place - 1] if place else ""
    after = tokens[place + 1 : place + 2]
    sides = ("left", "far", "top", "bottom", "upper", "lower", "on", "to", "from", "at")
    return before not in sides and after[:1] in (
        ["in"], ["on"], ["at"], ["up"], ["down"], ["next"], ["behind"], ["by"],
    )  # fmt: skip


def _centers(tokens: Sequence[str], place: int, is_open: Callable[[int], bool]) -> bool:
    """Tell whether "center" is a verb here: "center the cat"."""
    if place >= len(tokens) or tokens[place] not in ("center", "middle"):
        return False
    known = lexicon()
    after = tokens[place + 1] if place + 1 < len(tokens) else ""
    begins = after in known.determiners or after in known.pronouns or is_open(place + 1)
    return begins and (place == 0 or tokens[place - 1] not in ("the", "dead"))


def upright(words: Sequence[str]) -> bool:
    """Tell whether words are a top or bottom that a thing may have: "the top of the tower"."""
    return words[0] == "the" and {*words[1:]} <= UPRIGHT
