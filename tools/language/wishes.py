"""What a request was read to wish, while it is being read."""

from dataclasses import dataclass, field

from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import (
    Across,
    CopySpace,
    Down,
    Edge,
    FileWish,
    NeverCut,
    Shot,
    Target,
    Tightness,
)


@dataclass
class Mention:
    """A thing that was named, whether or not the crop is to be about it."""

    words: str
    letter: str
    role: str = ""
    """subject, avoid, or empty: only mentioned."""
    bare: bool = False
    """It stood without a verb."""


@dataclass
class Wishes:
    """Everything that the frames have said so far."""

    mentions: list[Mention] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    """Things that are to be whole, in words."""
    spared: set[str] = field(default_factory=set)
    """Things of which it was said that they may be in it or not."""
    never_cut: list[NeverCut] = field(default_factory=list)
    across: Across | None = None
    down: Down | None = None
    horizon: Down | None = None
    placed: str = ""
    """What is to lie there."""
    horizons: list[Down] = field(default_factory=list)
    """All that was said of the horizon."""
    spoken_of_horizon: bool = False
    """The horizon was the last thing spoken of."""
    less_sky: bool = False
    """The horizon was only read from a complaint about the sky."""
    looking_room: bool = False
    headroom: bool = False
    spaces: list[CopySpace] = field(default_factory=list)
    unsided: list[str] = field(default_factory=list)
    """Room for words of which no side was said."""
    shot: Shot | None = None
    low: str = ""
    """What must be in that lies below a head and shoulders: feet, shoes."""
    edges: list[Edge] = field(default_factory=list)
    keep_out: list[Box] = field(default_factory=list)
    trimmed: float | None = None
    """The share that was cut last: "and the same from the bottom"."""
    distances: list[Tightness] = field(default_factory=list)
    far_and_near: set[str] = field(default_factory=set)
    """The things of which a distance was said."""
    nothing_cut: bool = False
    margin: float | None = None
    alternatives: int = 1
    each: bool = False
    """As many of each shape."""
    purposes: list[str] = field(default_factory=list)
    """What it is for, as tagged."""
    topics: list[str] = field(default_factory=list)
    """What that is about, as tagged."""
    keep: bool | None = None
    else_keep: bool = False
    """What no other wish changes is to stay as it is."""
    upscale: bool | None = None
    file: FileWish = field(default_factory=FileWish)
    targets: list[Target] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """What was read, and may be meant otherwise."""
    contradictions: list[str] = field(default_factory=list)

    def named(self, role: str) -> list[str]:
        """Return what was named in a role, in order."""
        return list(dict.fromkeys(m.words for m in self.mentions if m.role == role))

    def protect(self, kind: NeverCut) -> None:
        """Add a kind never to be cut, once."""
        if kind not in self.never_cut:
            self.never_cut.append(kind)
