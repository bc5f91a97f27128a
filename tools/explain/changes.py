"""What a crop changed: which elements rose or fell against the original (CLIPCropping, 4.3).

With a CLIP model the ten elements of CLIPCropping are compared by their prompts; without one, the
composition elements that can be measured. Only relative size means anything.
"""

from collections.abc import Sequence

import numpy as np

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import ElementChange
from cropsmith.tools.scorers.crops import CropEmbeddings, EmbeddingCache
from cropsmith.tools.scorers.elements import Family, presence, prompts
from cropsmith.tools.scorers.encoder import Encoder
from cropsmith.tools.scorers.measures import measured

FAMILIES: tuple[Family, ...] = ("composition", "aesthetic")

NOTABLE = 0.05
"""Smallest change, of a scale from 0 to 1, that is worth a word."""

TOLD = 3
"""Changes that are told, as CLIPCropping shows three."""


def changes(
    view: View, box: Box, encoder: Encoder | None = None, cache: EmbeddingCache | None = None
) -> tuple[ElementChange, ...]:
    """Return every element before and after the crop, the largest change first; none for KEEP."""
    if box == Box.whole():
        return ()
    found = _by_clip(view, box, encoder, cache) if encoder else _by_measure(view, box)
    return tuple(sorted(found, key=lambda change: -abs(change.change)))


def _by_clip(
    view: View, box: Box, encoder: Encoder, cache: EmbeddingCache | None
) -> list[ElementChange]:
    crops = CropEmbeddings(encoder, view, np.array([box.corners]), cache)
    pictures = np.stack([crops.original(), crops.crops()[0]])
    found = []
    for family in FAMILIES:
        before, after = presence(pictures, crops, family)
        found += [
            ElementChange(element=name, before=float(b), after=float(a))
            for name, b, a in zip(prompts(family), before, after, strict=True)
        ]
    return found


def _by_measure(view: View, box: Box) -> list[ElementChange]:
    before, after = measured(view, Box.whole()), measured(view, box)
    return [
        ElementChange(element=str(name), before=before[name], after=after[name]) for name in before
    ]


WORDS = {
    "center": "centring",
    "horizontal": "level lines",
    "vertical": "upright lines",
    "diagonal": "diagonals",
    "symmetric": "symmetry",
    "curved": "curves",
    "fill the frame": "filling of the frame",
    "emphasised subject": "emphasis on the subject",
}
"""What an element is called in a sentence, where that is not its name."""


def notable(changed: Sequence[ElementChange]) -> Sequence[ElementChange]:
    """Return the largest changes that are worth a word."""
    ordered = sorted(changed, key=lambda change: -abs(change.change))
    return [change for change in ordered if abs(change.change) >= NOTABLE][:TOLD]


def in_words(changed: Sequence[ElementChange]) -> str:
    """Return one sentence about the most notable changes; empty when nothing notable changed."""
    told = notable(changed)
    more = [WORDS.get(change.element, change.element) for change in told if change.change > 0]
    less = [WORDS.get(change.element, change.element) for change in told if change.change < 0]
    parts = []
    if more:
        parts.append(f"more {_listed(more)}")
    if less:
        parts.append(f"less {_listed(less)}")
    return f"Compared with the original: {', '.join(parts)}." if parts else ""


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
