"""Constraints on things: inside the crop, out of it, or not cut through."""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.tools.constraints.kinds import Clause, apart, contains, inside, outside
from cropsmith.tools.schema.candidate import Check
from cropsmith.tools.schema.geometry import PixelBox
from cropsmith.tools.schema.result import CheckKind


@dataclass(frozen=True)
class Contains:
    """A box lies wholly inside the crop: what must stay, or a subject with its margin."""

    box: PixelBox
    what: str = "the subject"
    kind: CheckKind = CheckKind.SUBJECT
    heart: PixelBox | None = None
    """What of the box is the last to go; None for its middle."""
    heart_name: str = "middle"
    slack: float = 0.0
    """Share of the box that may be cut off on one of its sides, its heart never."""
    air: float = 0.0
    """Least share of the box, on each side, that is only room round the thing."""
    part: str = ""
    """What of the thing the box is, where it is not the whole."""
    several: bool = False
    """Whether its name stands for others as well: it is one of "the two people"."""

    @property
    def held(self) -> str:
        """What of the thing must be inside: all of it is told only where that is so."""
        of = f"the {self.part} of " if self.part else "most of " if self.slack else ""
        return f"{of}{self.what}"

    @property
    def wish(self) -> str:
        """What it asks."""
        return f"{self.held} inside"

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        ok = any(contains(pixels, box) for box in self._boxes())
        return Check(name=self.kind, ok=ok, detail=self.held)

    def clauses(self) -> Sequence[Clause]:
        """Return one clause: the box inside, or what is left of it when a side is cut."""
        return (tuple(inside(box) for box in self._boxes()),)

    def _boxes(self) -> Sequence[PixelBox]:
        """Return the boxes of which one must be inside."""
        box, heart = self.box, self.heart or _middle(self.box)
        x, y = int(self.slack * box.size.width), int(self.slack * box.size.height)
        if not (x or y):
            return (box,)
        cuts = (
            {"left": min(box.left + x, heart.left)},
            {"right": max(box.right - x, heart.right)},
            {"top": min(box.top + y, heart.top)},
            {"bottom": max(box.bottom - y, heart.bottom)},
        )
        return [box.model_copy(update=cut) for cut in cuts]


def _middle(box: PixelBox) -> PixelBox:
    """Return the pixel in the middle of a box."""
    left, top = (box.left + box.right - 1) // 2, (box.top + box.bottom - 1) // 2
    return PixelBox(left=left, top=top, right=left + 1, bottom=top + 1)


@dataclass(frozen=True)
class Excludes:
    """No pixel of a box is in the crop: an excluded thing, or a keep-out zone."""

    box: PixelBox
    what: str
    kind: CheckKind = CheckKind.AVOID
    slack: float = 0.0
    """Share of the box that may show on one of its sides; below 0, the room kept clear round it."""

    @property
    def wish(self) -> str:
        """What it asks."""
        return f"{'most of ' if self.slack > 0 else ''}{self.what} left out"

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        shrunk = self._shrunk
        ok = (
            pixels.left >= shrunk.right
            or pixels.right <= shrunk.left
            or pixels.top >= shrunk.bottom
            or pixels.bottom <= shrunk.top
        )
        return Check(name=self.kind, ok=ok, detail=self.what)

    def clauses(self) -> Sequence[Clause]:
        """Return one clause of four sides."""
        return (outside(self._shrunk),)

    @property
    def _shrunk(self) -> PixelBox:
        """Return the lines beyond which the crop lies on one side: within the box, or round it.

        With much slack they cross: none of them is a box's own then.
        """
        box = self.box
        x, y = int(self.slack * box.size.width), int(self.slack * box.size.height)
        return PixelBox.model_construct(
            left=box.left + x, top=box.top + y, right=box.right - x, bottom=box.bottom - y
        )


@dataclass(frozen=True)
class NotCut:
    """A box is not cut through: wholly inside the crop or wholly outside."""

    box: PixelBox
    what: str
    kind: CheckKind = CheckKind.NEVER_CUT

    @property
    def wish(self) -> str:
        """What it asks."""
        return f"{self.what} not cut"

    def check(self, pixels: PixelBox) -> Check:
        """Hold it against a crop."""
        ok = contains(pixels, self.box) or apart(pixels, self.box)
        return Check(name=self.kind, ok=ok, detail=self.what)

    def clauses(self) -> Sequence[Clause]:
        """Return one clause of five ways."""
        return ((inside(self.box), *outside(self.box)),)
