"""A trained decoder at work: the crops of an opened photo for what was asked, decoded once."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import UsageError
from cropsmith.tools.clipcrop import eye, owl
from cropsmith.tools.clipcrop.checkpoint import load_decoder
from cropsmith.tools.clipcrop.choice import Outputs, usable
from cropsmith.tools.clipcrop.look import Look
from cropsmith.tools.grounding.owl import OwlDetector, load_owl
from cropsmith.tools.grounding.queries import all_chunks
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent

if TYPE_CHECKING:
    from cropsmith.tools.clipcrop.decoder import CropDecoder

KEEP = 8
"""Photos and requests whose outputs are kept: source, scorer and every shape share them."""
REFERENCE_SIDE = 960
"""Pixels of a reference picture."""

PictureOf = Callable[[str], View | None]
"""Returns an opened photo by its sha256."""


class ClipCropper:
    """A decoder with its backbone; safe to share between threads."""

    def __init__(self, decoder: "CropDecoder", detector: OwlDetector | None = None) -> None:
        self._decoder = decoder
        self._detector = detector
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, Outputs] = OrderedDict()

    def outputs(
        self,
        view: View,
        intent: Intent,
        grounding: Grounding,
        picture_of: PictureOf = lambda _: None,
    ) -> Outputs:
        """Return the decoder's crops of a photo for what the intent names."""
        texts = queries_of(intent)
        subject = subject_of(intent, grounding) if self._detector is None else None
        key = (view.key, texts, intent.subject_image, subject)
        with self._lock:
            if key not in self._kept:
                reference = picture_of(intent.subject_image) if intent.subject_image else None
                self._kept[key] = self.decoded(self._look(view, texts, reference, subject))
                while len(self._kept) > KEEP:
                    self._kept.popitem(last=False)
            return self._kept[key]

    def decoded(self, look: Look) -> Outputs:
        """Return the usable crops of one look."""
        import torch

        place = next(self._decoder.parameters()).device
        with torch.inference_mode():
            out = self._decoder(
                torch.from_numpy(look.tokens)[None].to(place),
                [torch.from_numpy(look.selected).to(place)],
                torch.from_numpy(look.union)[None].float().to(place),
            )
        last: list[NDArray[np.float64]] = [
            np.asarray(values[-1, 0].double().cpu()) for values in (out.boxes, out.logits)
        ]
        return usable(*last)

    def _look(
        self, view: View, texts: tuple[str, ...], reference: View | None, subject: Box | None
    ) -> Look:
        if self._detector is None:
            return eye.look_of(view.sight.features, subject)
        (tokens,) = self._detector.look([view])
        shown = texts if reference is None else reference.pixels(REFERENCE_SIDE)
        return owl.look_of(self._detector, tokens, shown)


def queries_of(intent: Intent) -> tuple[str, ...]:
    """Return the words that select tokens: each named subject and every noun phrase in it."""
    found = [text for phrase in intent.subjects for text in all_chunks(phrase.text)]
    return tuple(dict.fromkeys(found))


def subject_of(intent: Intent, grounding: Grounding) -> Box | None:
    """Return the box around all that was named and found; None where nothing was."""
    if intent.subject_box is not None:
        return intent.subject_box
    boxes = [one.box for one in grounding.found if one.kind is EvidenceKind.SUBJECT]
    return boxes[0].union(*boxes[1:]) if boxes else None


@lru_cache(maxsize=2)
def load_cropper(folder: Path) -> ClipCropper:
    """Return the cropper of a decoder's folder, with the backbone that the decoder names.

    UsageError for a folder that holds no decoder, or one of an OWLv2; MissingExtra and
    WeightsMissing where the backbone cannot be had.
    """
    decoder = load_decoder(folder)
    name = decoder.shape.backbone
    if name == eye.EYE:
        return ClipCropper(decoder)
    detector = load_owl(name)
    owl.fit_to_decode(detector)
    channels = detector.model.config.vision_config.hidden_size
    if channels != decoder.shape.channels:
        raise UsageError(
            f"{folder} reads tokens of {decoder.shape.channels} channels; those of {name} have "
            f"{channels}."
        )
    return ClipCropper(decoder, detector)
