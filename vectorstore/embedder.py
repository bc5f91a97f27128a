"""What an embedder is: pictures in, unit vectors out."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Upright RGB, shape (H, W, 3)."""
Prepared = NDArray[np.float32]
"""One picture as its embedder wants it."""
Vectors = NDArray[np.float32]
"""Shape (N, D), rows of length 1, so that a dot product is a cosine."""


class Embedder(Protocol):
    """Turns pictures into vectors. Safe to share between threads."""

    @property
    def id(self) -> str:
        """What decides the vectors' space: name, weights, version. An index remembers it."""
        ...

    @property
    def dimension(self) -> int:
        """D, the length of a vector."""
        ...

    @property
    def side(self) -> int:
        """Long side in pixels that a picture needs; more is of no use."""
        ...

    @property
    def batch(self) -> int:
        """How many pictures at once are fastest."""
        ...

    def prepare(self, picture: Picture) -> Prepared:
        """Return what `embed` takes; small, and made by the thread that decoded the picture."""
        ...

    def embed(self, prepared: Sequence[Prepared]) -> Vectors:
        """Return one unit vector for each prepared picture; the heavy part, best in batches."""
        ...


def embed_picture(by: Embedder, picture: Picture) -> NDArray[np.float32]:
    """Return the unit vector of one picture, shape (D,)."""
    return np.asarray(by.embed([by.prepare(picture)])[0])


def unit(rows: NDArray[np.floating]) -> Vectors:
    """Return the rows scaled to length 1; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)
