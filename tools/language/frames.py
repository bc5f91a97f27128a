"""The table of frames: which words of a tagged request are which wish (`frames.toml`)."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from cropsmith.tools.language.lexicon import lexicon
from cropsmith.tools.language.needs import Needs, has, needs_of

Match = re.Match[str]

ATOM = r"[NHBKGWVYEZAU]\d+"
UNIT = (
    rf"{ATOM}(?: (?:on|at|in|to|from|near|towards|along) L\d+(?! (?:free|empty|clear"
    rf"|blank))| in-front)?"
)
UNIT = rf"(?:J\d+|{UNIT})"
THING = (
    rf"{UNIT}(?:(?: , {UNIT})*(?:(?<!L\d)(?<!L\d\d) ,)?"
    rf" (?:and|&|\+|plus|including|or|nor) (?:also )?{UNIT})*"
)
PURPOSE = (
    r"(?:for|to put|to add|to place|to fit|to hold|to write|so (?:we|i|you) can"
    r" (?:put|add|place|write)|where|so that|so)"
    r"(?: (?:we|i|you|can|will|put|add|place|goes|go|sits|W\d+|[NHCPR]\d+|and|or|of"
    r"|,(?= [WN]\d+ (?:and|or)))){1,6}"
    r"(?: (?:in|there|over it|over|on it|too|later|on top|on top of it))?"
)  # fmt: skip
LEAVE = (
    r"(?:(?:and|but|with|please|also|so|that|then|now|i'd like|like) )*(?:leave"
    r"|leaving|keep|keeping|give|giving|add|have|having|need|needs|want|wants"
    r"|put|i need|i want|we need|we want|there should be|there must be|with|make"
    r"|make sure there is|get|allow|reserve|save|plus|has|and|but|must be|let)"
)  # fmt: skip
STATE = (
    r"(?:[^.|;,]*?(?= (?:[.,|;]|(?:and )?(?:there's|there is|make|crop|please|keep|put"
    r"|can|could|would|cut|show|leave"
    r"|get|just|only|but|so|as long as|so long as|unless|not|no"
    r"|without|with)\b|and (?:i|we|it)\b)|$))"
)
"""What a statement goes on to say, up to the next wish."""
GROUPS: Mapping[str, str] = {
    "thing": THING, "mention": THING, "centred": THING, "thing2": THING, "topic": THING,
    "person": r"[HYJE]\d+(?: (?:on|at|in|to|from) L\d+)?",
    "what": rf"(?:F\d+ (?:and|or|nor) {THING}|{THING}(?: L\d+(?= [.,;|]|$))?|F\d+|it|this)",
    "use": rf"(?:[HY]\d+(?: , [HY]\d+)*(?: ,)? and [HY]\d+|{UNIT}(?: (?:and|&|or) {UNIT})*)",
    "side": r"L\d+", "side2": r"L\d+",
    "at_side": r"(?:on|at|to|along|in) L\d+",
    "beside": r"(?:L\d+|above|below|over|under|underneath|beneath)",
    "vertical": r"(?:above|over|overhead|below|underneath|beneath|under|on top)",
    "share": r"(?:#\d*\.\d+|\d+(?:\.\d+)?%)", "rough": r"M\d+", "pronoun": r"(?:it|J\d+)",
    "up": r"(?:up|down|high|low|higher|lower)",
    "height": r"(?:high|low|lower|higher|highest|lowest|L\d+|straight)",
    "more": r"(?:of )?[KGN]\d+(?: and [KGN]\d+)?", "less": r"(?:of )?[KG]\d+",
    "part": r"L\d+", "cut_side": r"L\d+", "answer": r"C\d+", "meta": r"X\d+", "meta2": r"X\d+",
    "shot": r"genre:\w+", "shot2": r"genre:\w+",
    "format": r"(?:jpeg|jpg|jpegs|png|webp|tiff|tif|avif|gif|heic|bmp)", "writing": r"W\d+",
    "negative": r"R\d+", "scene": r"N\d+",
    "ones": r"U\d+", "who": r"[HUYNV]\d+", "count": r"(?:\d+|two|three|four|five)",
    "body": r"B\d+", "scenery": r"[KG]\d+",
    "static": r"[NHBKGWE]\d+", "which": 
        rf"(?:in|with|on|at|wearing|holding|next to|behind|near|from|who's|who is"
        rf"|standing|sitting|left|right)(?: (?:on|in|at|to|with|by|V\d+))? (?:{UNIT}"
        rf"|L\d+)",
}  # fmt: skip
"""What the parts of a frame may be."""
FIXED = {
    "THING": THING,
    "PIC": r"(?:[PF]\d+|in-it|frame)",
    "PURPOSES": r"[NPWHC]\d+",
    "PURPOSE": PURPOSE,
    "LEAVE": LEAVE,
    "STATE": STATE,
    "PERSON": r"[HYJEU]\d",
    "SAID": r"[NVYQWPKGB]\d+",
    "UNITS": UNIT,
    "SEER": r"(?:[HNE]\d+|people|everyone|them|you)",
    "DOING": r"[NVY]\d+",
}


@dataclass(frozen=True)
class Frame:
    """One pattern, and the wish that it says."""

    wish: str
    says: str
    needs: Needs
    """What a line must have for it to fit."""

    @cached_property
    def fits(self) -> Callable[[str, int], Match | None]:
        """The matcher of a line from a place on; compiled when it is first wanted."""
        return re.compile(rf"(?:{_compiled(self.says, _macros())})(?= |$)").match


def _compiled(says: str, macros: Mapping[str, str]) -> str:
    """Return the regular expression of a pattern."""
    pattern = re.sub(r"\((?!\?)", "(?:", says)
    pattern = re.sub(r"\b[A-Z]{2,}\b", lambda m: f"(?:{macros[m[0]]})", pattern)
    seen: dict[str, int] = {}

    def part(match: Match) -> str:
        name = match[1]
        seen[name] = seen.get(name, -1) + 1
        return f"(?P<{name}{seen[name] or ''}>{GROUPS[name]})"

    return re.sub(r"\{(\w+)\}", part, pattern)


@cache
def frames() -> tuple[Frame, ...]:
    """Return the table, in its order."""
    return tuple(Frame(wish, says, needs_of(says, _macros())) for wish, says in _rows())


def possible(line: str) -> tuple[Frame, ...]:
    """Return the frames whose words a line has."""
    words = has(line)
    index = _by_first_need()
    near = sorted({place for word in words | {""} for place in index.get(word, ())})
    every = frames()
    return tuple(
        every[place]
        for place in near
        if not any(words.isdisjoint(any_of) for any_of in every[place].needs)
    )


@cache
def _by_first_need() -> Mapping[str, Sequence[int]]:
    """Return where in the table the frames are that first need a word; "" for those without."""
    found: dict[str, list[int]] = {}
    for place, frame in enumerate(frames()):
        for word in min(frame.needs, key=len, default=("",)):
            found.setdefault(word, []).append(place)
    return found


@cache
def _table() -> Mapping[str, object]:
    text = files("cropsmith.tools.language").joinpath("frames.toml").read_text("utf-8")
    return tomllib.loads(text)


def _rows() -> Iterator[tuple[str, str]]:
    rows: list[dict[str, object]] = _table()["frame"]  # type: ignore[assignment]
    for row in rows:
        for says in row["says"]:  # type: ignore[attr-defined]
            yield str(row["wish"]), says


@cache
def _macros() -> Mapping[str, str]:
    macros: dict[str, str] = dict(_table()["macros"])  # type: ignore[call-overload]
    return {name: f"(?:{words})" for name, words in macros.items()} | FIXED


@cache
def closed_words() -> frozenset[str]:
    """Return the words that frames are made of: they begin no phrase and end the one before."""
    macros: dict[str, str] = dict(_table()["macros"])  # type: ignore[call-overload]
    text = " ".join([*(says for _, says in _rows()), *macros.values()])
    text = re.sub(r"\{\w+\}|\\\\?.|[A-Z]+", " ", text)
    return frozenset(re.findall(r"[a-z][a-z'-]*", text)) - lexicon().groups["frame_nouns"]


def fitting(among: Sequence[Frame], line: str, place: int) -> list[tuple[str, Match]]:
    """Return the frames that fit at a place, the one that takes most words first."""
    found = [(frame.wish, match) for frame in among if (match := frame.fits(line, place))]
    return sorted(found, key=lambda one: -len(one[1][0]))
