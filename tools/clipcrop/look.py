"""What a decoder reads of one photo, whatever made the tokens."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Look:
    """Tokens of one photo, and which of them the words, the picture or the box selected."""

    tokens: NDArray[np.floating]
    """(N, channels) of a square grid, row by row, over the normalised frame."""
    selected: NDArray[np.int64]
    """(W,) indices; empty for ClipCrop-base."""
    union: NDArray[np.float64]
    """(4,): the box around the selected initial boxes, x1 y1 x2 y2 in [0, 1]."""

    @classmethod
    def base(cls, tokens: NDArray[np.floating]) -> Self:
        """Return a look that nothing selected: its union box is the whole frame."""
        return cls(tokens, np.zeros(0, np.int64), np.array([0.0, 0.0, 1.0, 1.0]))
