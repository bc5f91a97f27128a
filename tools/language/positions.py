"""Which of several boxes a phrase means: "the leftmost boat", "the two dogs"."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.language.numerals import ORDINALS
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.schema.request import Phrase

Key = Callable[[Boxes], NDArray[np.float64]]
"""A value for each box; the smallest comes first."""

ORDERS: Mapping[str, Key] = {
    "leftmost": lambda b: b[:, 0] + b[:, 2],
    "rightmost": lambda b: -b[:, 0] - b[:, 2],
    "topmost": lambda b: b[:, 1] + b[:, 3],
    "bottommost": lambda b: -b[:, 1] - b[:, 3],
    "largest": lambda b: -_area(b),
    "smallest": lambda b: _area(b),
    "tallest": lambda b: b[:, 1] - b[:, 3],
    "shortest": lambda b: b[:, 3] - b[:, 1],
    "widest": lambda b: b[:, 0] - b[:, 2],
    "nearest": lambda b: -_area(b),
    "farthest": lambda b: _area(b),
    "edge": lambda b: _to_side(b),
    "top left": lambda b: b.sum(axis=1),
    "top right": lambda b: b[:, 1] + b[:, 3] - b[:, 0] - b[:, 2],
    "bottom left": lambda b: b[:, 0] + b[:, 2] - b[:, 1] - b[:, 3],
    "bottom right": lambda b: -b.sum(axis=1),
}
"""How a position sorts boxes. Nearest and farthest go by apparent size: one photo has no depth."""

FROM = {"left": "leftmost", "right": "rightmost", "top": "topmost", "bottom": "bottommost"}
HALVES: Mapping[str, Callable[[Boxes], NDArray[np.bool_]]] = {
    "leftmost": lambda b: b[:, 0] + b[:, 2] < 1,
    "rightmost": lambda b: b[:, 0] + b[:, 2] > 1,
    "topmost": lambda b: b[:, 1] + b[:, 3] < 1,
    "bottommost": lambda b: b[:, 1] + b[:, 3] > 1,
    "edge": lambda b: _to_side(b) <= AT_EDGE,
}
"""Which of several a plural means: "the people on the left", "the people at the edge"."""
AT_EDGE = 0.03
"""Share of the photo's width between a side and what is at the edge."""
PLURALS = {
    "people", "children", "men", "women", "feet", "teeth", "geese", "mice", "sheep", "fish", "kids",
    "police", "cattle", "deer", "folks", "guys", "birds", "twins", "lads",
}  # fmt: skip
SINGULARS = {"bus", "glass", "grass", "dress", "cross", "lens", "canvas", "cactus", "gas", "moss"}
LINKS = (
    "with", "in", "on", "of", "at", "under", "over", "holding", "wearing", "near", "by", "behind",
    "next", "beside", "who", "that", "from", "to", "sitting", "standing", "walking", "running",
    "riding", "reading", "carrying", "playing", "looking", "between", "against", "inside",
)  # fmt: skip


def resolve(
    phrase: Phrase, boxes: Boxes, scores: NDArray[np.float64] | None = None
) -> Sequence[int]:
    """Return the indices of the boxes that a phrase means, most meant first.

    `boxes`: (N, 4), normalised, every one of the kind that `phrase.head` names; `scores`: (N,), how
    sure the finder is. With a count as many as there are, up to the count; a plural without count
    means all; a singular one: by position, else the surest.
    """
    if not len(boxes):
        return []
    surest = np.arange(len(boxes)) if scores is None else np.argsort(-scores, kind="stable")
    many = plural(phrase.head)
    wanted = phrase.count or (len(boxes) if many else 1)
    position = phrase.position
    if position is None:
        return [int(i) for i in surest[:wanted]]
    if " from " in position:
        place, _, side = position.partition(" from ")
        ordered = _sorted(ORDERS[FROM[side]], boxes)
        index = ORDINALS.index(place)
        return [ordered[index]] if index < len(ordered) else []
    if position == "middle":
        return _middle(boxes)[: wanted if phrase.count else 1]
    if position not in ORDERS:
        return [int(i) for i in surest[:wanted]]
    ordered = _sorted(ORDERS[position], boxes)
    if many and phrase.count is None and position in HALVES:
        inside = HALVES[position](boxes)
        return [i for i in ordered if inside[i]] or ordered[:1]
    return ordered[: phrase.count or 1]


def plural(head: str) -> bool:
    """Tell whether a noun phrase names several things."""
    words = head.split()
    stop = next((i for i, word in enumerate(words) if i and word in LINKS), len(words))
    noun = words[stop - 1] if words else ""
    if noun in PLURALS:
        return True
    singular = noun in SINGULARS or noun.endswith(("ss", "us", "is", "'s"))
    return noun.endswith("s") and not singular and len(noun) > 3


def _area(boxes: Boxes) -> NDArray[np.float64]:
    """Return the areas, as shares of the image."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def _to_side(boxes: Boxes) -> NDArray[np.float64]:
    """Return how far the nearer of the left and right side is; most people reach the lower one."""
    return np.asarray(np.minimum(boxes[:, 0], 1 - boxes[:, 2]))


def _sorted(key: Key, boxes: Boxes) -> list[int]:
    """Return indices in the order of a key."""
    return [int(i) for i in np.argsort(key(boxes), kind="stable")]


def _middle(boxes: Boxes) -> list[int]:
    """Return indices from the middle of the row outwards; of an even row, nearest the centre."""
    order = _sorted(ORDERS["leftmost"], boxes)
    if len(order) % 2:
        rank = {index: place for place, index in enumerate(order)}
        return sorted(order, key=lambda i: abs(rank[i] - len(order) // 2))
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return [int(i) for i in np.argsort(np.linalg.norm(centres - 0.5, axis=1), kind="stable")]
