"""A trained CLIPCropping model at work: ratings of a photo's crops, elements before and after."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.clipcropping.checkpoint import load_model
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box, Boxes
from cropsmith.tools.schema.result import ElementChange
from cropsmith.tools.scorers.crops import LONG_SIDE, WHOLE, cut
from cropsmith.tools.scorers.elements import Family, prompts

if TYPE_CHECKING:
    from cropsmith.tools.clipcropping.model import CropModel

KEEP = 8
"""Photos whose reduced maps are kept: every shape and round shares them."""


class Rater:
    """A model ready to rate; safe to share between threads."""

    def __init__(self, model: "CropModel") -> None:
        self._model = model
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Any] = OrderedDict()

    @property
    def families(self) -> tuple[Family, ...]:
        """The families of elements that it can tell of."""
        return self._model.shape.families

    def ratings(self, view: View, boxes: Boxes) -> NDArray[np.float64]:
        """Return (N,) for boxes (N, 4): standardised opinion scores, 0 a crop of usual quality.

        The photo is seen once, squeezed to the model's square, however many boxes there are.
        """
        import torch

        with self._lock, torch.inference_mode():
            if view.sha256 not in self._kept:
                self._kept[view.sha256] = self._model.head.reduce(self._maps(view, WHOLE))[0]
                while len(self._kept) > KEEP:
                    self._kept.popitem(last=False)
            reduced = self._kept[view.sha256]
            rated = self._model.head(reduced, torch.tensor(boxes).to(reduced))
        return np.asarray(rated.double().cpu())

    def changes(self, view: View, box: Box) -> list[ElementChange]:
        """Return each element of the families on the photo and on its crop (Eq. 24), in [-1, 1]."""
        import torch

        found = []
        with self._lock, torch.inference_mode():
            maps = self._maps(view, WHOLE, box.corners)
            for family in self.families:
                before, after = self._model.elements(family, maps).double().cpu().tolist()
                found += [
                    ElementChange(element=name, before=b, after=a)
                    for name, b, a in zip(prompts(family), before, after, strict=True)
                ]
        return found

    def _maps(self, view: View, *corners: Sequence[float]) -> Any:
        import torch

        squares = cut(view.pixels(LONG_SIDE), np.array(corners), self._model.side)
        place = next(self._model.parameters()).device
        return self._model.see(torch.from_numpy(squares).to(place))


@lru_cache(maxsize=2)
def load_rater(folder: Path) -> Rater:
    """Return the rater of a folder. UsageError where it holds none; MissingExtra."""
    return Rater(load_model(folder))
