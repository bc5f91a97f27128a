"""The table of shots: how much of a person each shows, in heights of the head."""

from collections.abc import Mapping
from dataclasses import dataclass

from cropsmith.tools.framing.heads import SHOULDERS
from cropsmith.tools.schema.request import Shot, Tightness


@dataclass(frozen=True)
class Span:
    """From little to much, in heights of the head."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """Half-way."""
        return (self.low + self.high) / 2

    def part(self, tightness: Tightness) -> "Span":
        """Return the lower half for a tight crop, the upper half for a loose one."""
        if tightness in (Tightness.TIGHT, Tightness.FILL):
            return Span(self.low, self.middle)
        if tightness in (Tightness.LOOSE, Tightness.WIDEST):
            return Span(self.middle, self.high)
        return self


@dataclass(frozen=True)
class Cut:
    """Where a shot ends, measured from the head."""

    above: Span
    """Air over the crown."""
    below: Span
    """From the chin down."""
    across: Span
    """Width, where no shape was asked; the lower number is wanted in every shape."""
    centre: Span
    """Where the head's middle lies across, as a share of the crop's width."""
    shows: str
    """To finish "The photo does not reach far enough for ..."."""


CUTS: Mapping[Shot, Cut] = {
    # The head takes 45 to 60 % of the height, the usual advice for headshots and profile pictures;
    # shoulders begin about .4 heads below the chin.
    Shot.HEADSHOT: Cut(
        Span(0.2, 0.4), Span(0.5, 0.8), Span(1.4, 2.0), Span(0.38, 0.62), "a headshot"
    ),
    # Head and shoulders end at the chest: the line of the nipples, one head below the chin, to
    # half a head more (Loomis, Figure Drawing for All It's Worth: a figure of 7.5 to 8 heads).
    Shot.PORTRAIT: Cut(
        Span(0.2, 0.5), Span(0.9, 1.5), Span(SHOULDERS, 2.8), Span(0.34, 0.66), "head and shoulders"
    ),
    # The waist lies 1.7 to 2 heads below the chin and the hips at 2.6 (Loomis, the same figure);
    # a "medium shot" ends between (Bowen and Thompson, Grammar of the Shot).
    Shot.HALF_BODY: Cut(
        Span(0.25, 0.6), Span(1.8, 2.6), Span(2.4, 3.6), Span(0.33, 0.67), "the half body"
    ),
}
"""Shots that are cut through the body, by the head alone."""

FULL = Cut(Span(0.04, 0.15), Span(0.05, 0.2), Span(1.1, 1.6), Span(0.32, 0.68), "head to foot")
"""A whole figure, in shares of its own height (`across`: of its own width): air above the head, and
more below the feet, the usual advice against a figure that stands on the frame."""

GROUP = Cut(Span(0.05, 0.16), Span(0.05, 0.2), Span(1.1, 1.4), Span(0.44, 0.56), "everybody whole")
"""Everybody whole, with equal air on both sides; in shares of the whole group's size."""

GROUP_HEADS = Cut(
    Span(0.2, 0.8), Span(0.9, 6.0), Span(SHOULDERS, 2.8), Span(0.44, 0.56), "everybody's head"
)
"""A group that no crop of the shape holds whole: all heads and shoulders, and as much more as fits.
In heights of the head, as `CUTS`."""

WHOLE = (FULL, GROUP)
"""Cuts that are measured on whole figures."""
