"""What a crop changed: which elements rose or fell against the original (CLIPCropping, 4.3).

By a trained CLIPCropping model it is the paper's Eq. 24. Else with a CLIP model its ten elements
are compared by prompts for and against; without one, the composition elements that can be measured.
Only relative size means anything.
"""

from collections.abc import Sequence

import numpy as np

from cropsmith.tools.clipcropping.rater import Rater
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import ElementChange
from cropsmith.tools.scorers.crops import CropEmbeddings, EmbeddingCache
from cropsmith.tools.scorers.elements import Family, presence, prompts
from cropsmith.tools.scorers.encoder import Encoder
from cropsmith.tools.scorers.measures import measured

FAMILIES: tuple[Family, ...] = ("composition", "aesthetic")

NOTABLE = 0.05
"""Smallest change, of a share or a cosine, that is worth a word."""

TOLD = 3
"""Changes that are told, as CLIPCropping shows three."""


def changes(
    view: View,
    box: Box,
    encoder: Encoder | None = None,
    cache: EmbeddingCache | None = None,
    rater: Rater | None = None,
) -> tuple[ElementChange, ...]:
    """Return every element before and after the crop, the largest change first; none for KEEP.

    A rater's values are cosines, those of the other two shares.
    """
    if box == Box.whole():
        return ()
    if rater is not None and rater.families:
        found = rater.changes(view, box)
    else:
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


def notable(changed: Sequence[ElementChange]) -> Sequence[ElementChange]:
    """Return the largest changes that are worth a word."""
    ordered = sorted(changed, key=lambda change: -abs(change.change))
    return [change for change in ordered if abs(change.change) >= NOTABLE][:TOLD]


LITTLE = 0.02
"""Share of a side up to which a cut is not seen."""
AMOUNTS = (
    (0.07, "a little"),
    (0.14, "a tenth"),
    (0.22, "a fifth"),
    (0.29, "a quarter"),
    (0.37, "a third"),
    (0.46, "two fifths"),
    (0.58, "half"),
)
"""What a cut is called, up to this share of the side."""


def in_words(box: Box) -> str:
    """Return one sentence on what a person sees to be gone from the photo; empty where nothing is.

    The elements stay numbers: whether a photo became more diagonal, nobody could check by looking.
    """
    cuts = {
        "on the left": box.x1,
        "on the right": 1 - box.x2,
        "at the top": box.y1,
        "at the bottom": 1 - box.y2,
    }
    told = [f"{_amount(cut)} {where}" for where, cut in cuts.items() if cut > LITTLE]
    return f"Cuts away {_listed(told)}." if told else ""


def _amount(cut: float) -> str:
    return next((word for most, word in AMOUNTS if cut <= most), "more than half")


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
