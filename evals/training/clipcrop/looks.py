"""What a decoder reads of the training photos: the eye's maps, or OWL-ViT's tokens of mosaics."""

# ruff: noqa: TID253
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cropsmith.evals.training.clipcrop.criterion import Truth
from cropsmith.evals.training.clipcrop.mosaic import Tile, canvas, tokens_inside, unambiguous
from cropsmith.evals.training.data.samples import Judged, judged
from cropsmith.evals.training.loop import Step
from cropsmith.evals.training.photographer.views import turned
from cropsmith.tools.clipcrop import eye, owl
from cropsmith.tools.clipcrop.look import Look
from cropsmith.tools.grounding.owl import OwlDetector, Tokens
from cropsmith.tools.grounding.queries import all_chunks
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.vision.backbone import see


@dataclass(frozen=True)
class Batch:
    """The looks of some photos with their truths, in one frame."""

    looks: Sequence[Look]
    truths: Sequence[Truth]
    ambiguous: int = 0
    """Mosaics of which no selected box could mean the target."""

    def read(self, place: str) -> tuple[Tensor, list[Tensor], Tensor]:
        """Return tokens, selections and union boxes, as a decoder takes them, on a device."""
        tokens = torch.from_numpy(np.stack([look.tokens for look in self.looks]))
        unions = torch.from_numpy(np.stack([look.union for look in self.looks])).float()
        selected = [torch.from_numpy(look.selected).to(place) for look in self.looks]
        return tokens.float().to(place), selected, unions.to(place)


class Looks(Protocol):
    """Makes the batches of a training."""

    def drawn(self, step: Step) -> Batch:
        """Return the photos of a step, varied as the training varies them."""
        ...

    def plain(self, row: int) -> Batch:
        """Return one photo as it is."""
        ...


def truth_of(crops: Judged) -> Truth:
    """Return a photo's crops as tensors."""
    parts = (crops.good, crops.anchors, crops.scores)
    return Truth(*(torch.from_numpy(np.ascontiguousarray(part)).float() for part in parts))


class EyeLooks:
    """The built-in eye's maps, made once; each photo as it is or mirrored."""

    def __init__(self, photos: Sequence[LabelledPhoto], *, base: bool = False) -> None:
        self._crops = [judged(photo) for photo in photos]
        self._subjects = [None if base else photo.subject for photo in photos]
        self._maps = [see(open_photo(Path(p.path)).pixels(SIGHT_SIDE)).features for p in photos]

    @property
    def channels(self) -> int:
        """Width of a token."""
        return int(self._maps[0].shape[-1])

    def drawn(self, step: Step) -> Batch:
        """Return the photos of a step, each mirrored with even odds."""
        mirrored = step.random.random(len(step.rows)) < 0.5
        pairs = zip(step.rows, mirrored, strict=True)
        made = [self._one(int(row), bool(mirror)) for row, mirror in pairs]
        return Batch([look for look, _ in made], [truth for _, truth in made])

    def plain(self, row: int) -> Batch:
        """Return one photo as it is."""
        look, truth = self._one(row, False)
        return Batch([look], [truth])

    def _one(self, row: int, mirror: bool) -> tuple[Look, Truth]:
        maps, subject, crops = self._maps[row], self._subjects[row], self._crops[row]
        if not mirror:
            return eye.look_of(maps, subject), truth_of(crops)
        if subject is not None:
            subject = Box.of(turned(np.array([subject.corners]))[0])
        flipped = Judged(turned(crops.good), turned(crops.anchors), crops.scores)
        return eye.look_of(np.ascontiguousarray(maps[:, ::-1]), subject), truth_of(flipped)


class OwlLooks:
    """OWL-ViT's tokens: of mosaics made anew in each step, or of the photos alone, kept."""

    def __init__(
        self,
        detector: OwlDetector,
        photos: Sequence[LabelledPhoto],
        *,
        base: bool = False,
        mosaics: bool = True,
    ) -> None:
        self._detector = detector
        self._photos = photos
        self._crops = [judged(photo) for photo in photos]
        self._texts = [() if base else all_chunks(photo.text) for photo in photos]
        self._mosaics = mosaics
        self._kept: dict[int, Look] = {}

    @property
    def channels(self) -> int:
        """Width of a token."""
        return int(self._detector.model.config.vision_config.hidden_size)

    def drawn(self, step: Step) -> Batch:
        """Return the targets of a step's mosaics; without mosaics, the photos alone."""
        if not self._mosaics:
            ones = [self.plain(int(row)) for row in step.rows]
            return Batch([one.looks[0] for one in ones], [one.truths[0] for one in ones])
        tiles = [Tile.drawn(step.random) for _ in step.rows]
        pictures = []
        for row, tile in zip(step.rows, tiles, strict=True):
            shown = step.random.integers(0, len(self._photos), tile.side**2)
            shown[tile.index] = row
            parts = [self._pixels(int(one)) for one in shown]
            pictures.append(canvas(parts, tile.side, self._detector.side))
        looks, truths, ambiguous = [], [], 0
        tokens = self._detector.see(pictures)
        for row, tile, one in zip(step.rows, tiles, tokens, strict=True):
            crops = self._crops[row]
            placed = Judged(tile.placed(crops.good), tile.placed(crops.anchors), crops.scores)
            features = one.features.float().cpu().numpy()
            look = self._selected(features, one, int(row), tile, placed.good[0])
            ambiguous += look is None
            looks.append(look or tile_alone(features, tile))
            truths.append(truth_of(placed))
        return Batch(looks, truths, ambiguous)

    def plain(self, row: int) -> Batch:
        """Return one photo alone; its tokens are kept in half precision."""
        if row not in self._kept:
            (tokens,) = self._detector.see([self._pixels(row)])
            look = owl.look_of(self._detector, tokens, self._texts[row])
            half = look.tokens.astype(np.float16)
            self._kept[row] = Look(half, look.selected, look.union)
        return Batch([self._kept[row]], [truth_of(self._crops[row])])

    def _selected(
        self,
        features: NDArray[np.float32],
        tokens: Tokens,
        row: int,
        tile: Tile,
        best: NDArray[np.float64],
    ) -> Look | None:
        """Return the look of the boxes that may mean the target; None where none may."""
        selected, boxes = self._detector.select(tokens, self._texts[row])
        sure = (boxes[:, 2:] > boxes[:, :2]).all(1)
        if tile.side > 1:
            sure &= unambiguous(boxes, best, tile)
        if not sure.any():
            return None
        union = np.concatenate([boxes[sure, :2].min(0), boxes[sure, 2:].max(0)])
        return Look(features, selected[sure], union)

    def _pixels(self, row: int) -> NDArray[np.uint8]:
        return open_photo(Path(self._photos[row].path)).pixels(self._detector.side)


def tile_alone(features: NDArray[np.float32], tile: Tile) -> Look:
    """Return a look that selects a tile and nothing in it."""
    inside = tokens_inside(tile, round(len(features) ** 0.5))
    return Look(features, inside, tile.rectangle)
