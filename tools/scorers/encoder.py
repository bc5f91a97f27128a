"""CLIP: pictures and words in one space, for every scorer that needs it.

Pictures are squeezed to the model's square without keeping their ratio, as CLIPCropping does
(section 4.1): CLIP's own centre crop would hide exactly the borders that crops differ in.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.models.weights import (
    WeightsMissing,
    device,
    model_source,
    quiet_loading,
    ready_for_transformers,
)

Embeddings = NDArray[np.float32]
"""Shape (N, D), rows of unit length."""

Pictures = NDArray[np.uint8]
"""Shape (N, S, S, 3), RGB, S the encoder's `side`."""

DEFAULT_CLIP = "openai/clip-vit-base-patch32"


class Encoder(Protocol):
    """Embeds pictures and words into one space."""

    @property
    def name(self) -> str:
        """The model's name, as on the hub."""
        ...

    @property
    def side(self) -> int:
        """Pixels a side of the pictures it takes."""
        ...

    def pictures(self, batch: Pictures) -> Embeddings:
        """Embed a batch of pictures."""
        ...

    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts."""
        ...


class ClipEncoder:
    """A CLIP model run by transformers, in evaluation mode; safe to share between threads."""

    def __init__(self, name: str, model: Any, tokenizer: Any, device: str = "cpu") -> None:
        import torch

        self.name = name
        self.side: int = model.config.vision_config.image_size
        self.model = model.eval().to(device)
        self._tokenizer = tokenizer
        self._tokens: int = model.config.text_config.max_position_embeddings
        self._device = device
        self._lock = threading.Lock()
        # OPENAI_CLIP_MEAN and _STD, folded with the division by 255 into one scale and shift.
        mean = torch.tensor((0.48145466, 0.4578275, 0.40821073), device=device)
        deviation = torch.tensor((0.26862954, 0.26130258, 0.27577711), device=device)
        self._scale = (1 / (255 * deviation)).view(1, 3, 1, 1)
        self._shift = (-mean / deviation).view(1, 3, 1, 1)

    def tensor(self, batch: Pictures) -> Any:
        """Return the batch as the model takes it: float, (N, 3, S, S), normalised."""
        import torch

        pixels = torch.from_numpy(batch).to(self._device).permute(0, 3, 1, 2)
        return (pixels * self._scale + self._shift).contiguous().to(self.model.dtype)

    def pictures(self, batch: Pictures) -> Embeddings:
        """Embed a batch of pictures, shape (N, side, side, 3)."""
        import torch

        with self._lock, torch.inference_mode():
            out = self.model.get_image_features(pixel_values=self.tensor(batch))
        return _unit(out)

    def texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts; what exceeds the model's context is cut off at its end."""
        import torch

        tokens = self._tokenizer(
            list(texts),
            padding="max_length",
            truncation=True,
            max_length=self._tokens,
            return_tensors="pt",
        ).to(self._device)
        with self._lock, torch.inference_mode():
            out = self.model.get_text_features(
                input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
            )
        return _unit(out)


def _unit(output: Any) -> Embeddings:
    """Return the pooled rows at unit length (transformers 5 wraps them in an output object)."""
    rows = getattr(output, "pooler_output", output)
    rows = np.asarray(rows.float().cpu().numpy(), dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)


@lru_cache(maxsize=2)
def load_clip(name: str, place: str = "") -> ClipEncoder:
    """Load a CLIP model by hub name or folder, once per process.

    `place` is a torch device; empty for the GPU where there is one.

    Raises MissingExtra without torch and transformers, WeightsMissing where no weights are found.
    """
    source = model_source(name)
    ready_for_transformers("Scoring with CLIP")
    from transformers import AutoTokenizer, CLIPModel

    try:
        with quiet_loading():
            model = CLIPModel.from_pretrained(source)
        tokenizer = AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise WeightsMissing(f"The CLIP model {name} could not be loaded: {first}") from error
    return ClipEncoder(name, model, tokenizer, place or device())
