"""Aesthetics: LAION's linear head over CLIP, the cheap stand-in for VILA-R."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import MissingExtra
from cropsmith.settings import weights_folder
from cropsmith.tools.models.weights import WeightsMissing
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores

HEADS = {
    "ViT-B-32:openai": "sa_0_4_vit_b_32_linear.pth",
    "ViT-B-16:openai": "sa_0_4_vit_b_16_linear.pth",
    "ViT-L-14:openai": "sa_0_4_vit_l_14_linear.pth",
}
"""CLIP model -> file of LAION-AI/aesthetic-predictor that was trained on its embeddings."""


class AestheticScorer:
    """w . CLIP(crop) + b, on the 1 to 10 scale of the ratings it was trained on."""

    row = ScorerRow(
        name="aesthetic",
        about="LAION aesthetic prediction over CLIP, 1 to 10",
        low=1.0,
        high=10.0,
    )

    def __init__(self, weight: NDArray[np.float64], bias: float) -> None:
        self._weight = weight
        self._bias = bias

    @classmethod
    def load(cls, clip: str) -> Self:
        """Load the head that belongs to a CLIP model from `weights_folder()`.

        WeightsMissing when there is none for this model, or it is not there, or not such a head.
        """
        if clip not in HEADS:
            raise WeightsMissing(f"There is no LAION aesthetic head for {clip}.")
        return cls.read(weights_folder() / HEADS[clip])

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a state dict of one linear layer, keys `weight` (1, D) and `bias` (1,)."""
        if not path.is_file():
            raise WeightsMissing(
                f"The aesthetic head {path.name} is not in {path.parent}.",
                hint="It is in the repository LAION-AI/aesthetic-predictor; put it there.",
            )
        try:
            import torch
        except ImportError as error:
            raise MissingExtra("The aesthetic scorer", "clip") from error
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            weight, bias = (np.asarray(state[k].double().numpy()) for k in ("weight", "bias"))
        except Exception as error:  # torch.load raises its own, pickle's and zip's errors
            raise WeightsMissing(f"{path} is not a linear aesthetic head: {error}") from error
        return cls(weight.reshape(-1), float(bias.reshape(-1)[0]))

    def score(self, scene: Scene) -> Scores | None:
        """Return predictions per box, shape (N,)."""
        if scene.crops is None:
            return None
        rows = scene.crops.crops()
        if rows.shape[1] != len(self._weight):
            raise WeightsMissing(
                f"The aesthetic head is for embeddings of {len(self._weight)} numbers, "
                f"the CLIP model gives {rows.shape[1]}."
            )
        return np.asarray(rows @ self._weight + self._bias, dtype=np.float64)
