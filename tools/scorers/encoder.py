"""What the scorers ask of CLIP: pictures and words in one space.

Pictures are squeezed to the model's square without keeping their ratio, as CLIPCropping does
(section 4.1): CLIP's own centre crop would hide exactly the borders that crops differ in.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Embeddings = NDArray[np.float32]
"""Shape (N, D), rows of unit length."""

Pictures = NDArray[np.uint8]
"""Shape (N, S, S, 3), RGB, S the encoder's `side`."""


class Encoder(Protocol):
    """Embeds pictures and words into one space; `vectorstore/clip.py` has the real one."""

    name: str
    """The model and its weights."""
    side: int
    """Pixels a side of the pictures it takes."""

    def pictures(self, squares: Pictures) -> Embeddings:
        """Embed a batch of pictures."""
        ...

    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts."""
        ...
