"""Parts of a frame's match."""

from cropsmith.tools.language.frames import Match

THINGS = (
    "thing", "static", "thing1", "what", "what1", "person", "mention", "centred", "pronoun",
    "more", "meta", "use",
)  # fmt: skip


def part(match: Match, *names: str) -> str:
    """Return the first of some parts that the frame has and that is filled."""
    groups = match.groupdict()
    return next((str(groups[name]) for name in names if groups.get(name)), "")


def thing(match: Match) -> str:
    """Return the thing that a frame is about, as tagged."""
    return part(match, *THINGS)
