"""Composition and aesthetic elements by CLIP prompts (CLIPCropping, sections 4.1 and 4.3)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.values import Value
from cropsmith.tools.scorers.crops import CropEmbeddings
from cropsmith.tools.scorers.encoder import Embeddings
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores

Family = Literal["composition", "aesthetic"]

LOGIT_SCALE = 100.0
"""What CLIP's cosines are multiplied by before its softmax (its learnt temperature's ceiling)."""


class Prompts(Value):
    """Words for an element's presence and for its absence."""

    present: tuple[str, ...]
    absent: tuple[str, ...]


@cache
def prompts(family: Family) -> Mapping[str, Prompts]:
    """Return element -> prompts, from `tools/scorers/elements.toml`."""
    text = files("cropsmith.tools.scorers").joinpath("elements.toml").read_text("utf-8")
    return {name: Prompts(**row) for name, row in tomllib.loads(text)[family].items()}


def presence(pictures: Embeddings, crops: CropEmbeddings, family: Family) -> NDArray[np.float64]:
    """Return each element's presence in each picture, in [0, 1], shape (N, elements).

    Two prompts each way are averaged before the comparison, as CLIP's own prompt ensembles are.
    """
    columns = []
    for words in prompts(family).values():
        here, away = (_mean(crops.texts(texts)) for texts in (words.present, words.absent))
        difference = (pictures @ (here - away)).astype(np.float64)
        columns.append(1.0 / (1.0 + np.exp(-LOGIT_SCALE * difference)))
    return np.stack(columns, axis=1)


def _mean(rows: Embeddings) -> Embeddings:
    mean = rows.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


class ElementsScorer:
    """The mean presence of the five elements of one family."""

    def __init__(self, family: Family) -> None:
        self._family: Family = family
        self.row = ScorerRow(
            name=f"{family} elements",
            about=f"presence of the {family} elements by CLIP: {', '.join(prompts(family))}",
        )

    def score(self, scene: Scene) -> Scores | None:
        """Return the mean presence per box, shape (N,)."""
        if scene.crops is None:
            return None
        rows = presence(scene.crops.crops(), scene.crops, self._family)
        return np.asarray(rows.mean(axis=1))
