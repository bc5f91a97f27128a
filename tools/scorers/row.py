"""A scorer as one typed row, and the protocol behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Evidence, Grounding
from cropsmith.tools.schema.geometry import Boxes
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.schema.values import Value
from cropsmith.tools.scorers.crops import CropEmbeddings

Scores = NDArray[np.float64]
"""Shape (N,): one value per candidate, in the row's range; NaN where none can be given."""


class ScorerRow(Value):
    """Name, range and direction of a score."""

    name: str
    about: str
    """One line for people."""
    low: float = 0.0
    high: float = 1.0
    higher_is_better: bool = True
    weight: float = Field(default=0.0, ge=0)
    """Its say in the default profile where scorer_weights.toml does not name it."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low < self.high:
            raise ValueError(f"the range of {self.name} is empty: {self.low} to {self.high}")
        return self

    def goodness(self, scores: Scores) -> Scores:
        """Map scores to [0, 1], 1 the best; NaN stays NaN."""
        share = np.clip((scores - self.low) / (self.high - self.low), 0.0, 1.0)
        return share if self.higher_is_better else 1.0 - share


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that a scorer may look at: one photo, one target, and its candidates in one batch."""

    view: View
    intent: Intent
    target: Target
    candidates: Sequence[Candidate]
    boxes: Boxes
    """The candidates' boxes, shape (N, 4)."""
    grounding: Grounding = field(default_factory=Grounding)
    evidence: Sequence[Evidence] = ()
    crops: CropEmbeddings | None = None
    """Shared embeddings of the crops; None without a CLIP model."""


@runtime_checkable
class Scorer(Protocol):
    """Scores all candidates of a photo at once."""

    @property
    def row(self) -> ScorerRow:
        """What it is called and how its numbers read."""
        ...

    def score(self, scene: Scene) -> Scores | None:
        """Return one value per candidate; None where the photo or request gives it no object.

        Raises CropsmithError when it cannot do its work: the table leaves it out and says so.
        """
        ...
