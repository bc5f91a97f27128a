"""Embedders: pictures in, unit vectors out; known by a name that an index remembers."""

import difflib
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError

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


def _builtin(_rest: str) -> Embedder:
    from cropsmith.vectorstore.descriptor import LayoutDescriptor

    return LayoutDescriptor()


def _open_clip(rest: str) -> Embedder:
    from cropsmith.vectorstore.clip import OpenClip

    return OpenClip.named(rest)


REGISTRY: dict[str, Callable[[str], Embedder]] = {"builtin": _builtin, "open_clip": _open_clip}
"""Family -> maker; the maker gets what follows the first slash of the name."""

DEFAULT = "builtin"


def embedder(name: str) -> Embedder:
    """Return an embedder by name: `builtin`, `open_clip`, `open_clip/ViT-L-14:openai`.

    UsageError for an unknown name, MissingExtra when its packages are absent.
    """
    family, _, rest = name.partition("/")
    if family not in REGISTRY:
        near = difflib.get_close_matches(family, REGISTRY, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(REGISTRY)}."
        raise UsageError(f"There is no embedder '{name}'.", hint=hint)
    return REGISTRY[family](rest)


def embed_picture(by: Embedder, picture: Picture) -> NDArray[np.float32]:
    """Return the unit vector of one picture, shape (D,)."""
    return np.asarray(by.embed([by.prepare(picture)])[0])


def unit(rows: NDArray[np.floating]) -> Vectors:
    """Return the rows scaled to length 1; a row of zeros stays zero."""
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)
