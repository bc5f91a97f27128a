"""The leak guard: is an example the query photo itself, or nearly?

Three tests, any of which is enough: equal bytes; a difference hash (dHash) within 6 of 64 bits, of
the photo or of its mirror image; an embedding that no two different photos share. On 1,335 FCDB
photos the rule takes 66 of 890,445 pairs of different photos for duplicates, finds all copies that
were re-encoded, scaled, mirrored, brightened or made grey, and 98 % of those trimmed by 5 % a side
(evals/retrieval/duplicates.py). A wrong hit costs one example of many; a leak costs a study.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 6
"""Differing bits up to which two photos are one."""

SAME = {"builtin": 0.82, "open_clip": 0.97}
"""Cosine from which two photos are one, by the embedder's family."""


def dhash(pixels: NDArray[np.uint8]) -> int:
    """Return the 64-bit difference hash of upright RGB pixels, shape (H, W, 3)."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA).astype(np.int16)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def hashes_of(pixels: NDArray[np.uint8]) -> frozenset[int]:
    """Return the hashes of a query and of its mirror image."""
    return frozenset((dhash(pixels), dhash(np.ascontiguousarray(pixels[:, ::-1]))))


def near_duplicate(
    queried: frozenset[int], found: int, similarity: float, embedder_id: str
) -> bool:
    """Tell whether a found photo shows what the query shows."""
    if any((one ^ found).bit_count() <= BITS for one in queried):
        return True
    return similarity >= SAME.get(embedder_id.partition("/")[0], 1.0)
