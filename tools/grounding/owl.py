"""OWL-ViT and OWLv2 through transformers: one look at a photo serves every later question.

The image tower is nearly all of the cost (11 s of CPU for OWLv2 B/16), so a photo's tokens are kept
and words, pictures and later questions are held against them. The arithmetic is that of
`forward` and `image_guided_detection`; only the order of the calls is ours.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import MissingExtra, UsageError
from cropsmith.tools.grounding.decoding import on_photo
from cropsmith.tools.grounding.detection import Detections
from cropsmith.tools.models.weights import (
    WeightsMissing,
    device,
    local_model,
    model_source,
    quiet_loading,
    ready_for_transformers,
    revision_of,
)
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Size

KNOWN = (
    "google/owlv2-base-patch16-ensemble",
    "google/owlv2-base-patch16",
    "google/owlvit-base-patch16",
    "google/owlvit-base-patch32",
)
"""Looked for on this machine, in this order, when no detector is named."""

ALIASES = {
    "owlvit": "google/owlvit-base-patch32",
    "owlv2": "google/owlv2-base-patch16-ensemble",
}
"""Short names of the usual models."""

KEEP = 4
"""Photos whose tokens are kept."""


@dataclass(frozen=True)
class Tokens:
    """What the image tower made of one picture."""

    features: Any
    """(P, D) tensor: one row per patch."""
    boxes: NDArray[np.float32]
    """(P, 4): raw centre boxes."""
    size: Size
    """Of the pixels that were given in."""


class OwlDetector:
    """An OWL model with its processors; safe to share between threads."""

    def __init__(
        self,
        name: str,
        model: Any,
        image_processor: Any,
        tokenizer: Any,
        *,
        device: str = "cpu",
        threshold: float = 0.1,
    ) -> None:
        self.name = name
        self.threshold = threshold
        self.model = model.eval().to(device)
        self.padded: bool = model.config.model_type == "owlv2"
        self._processor = image_processor
        self._tokenizer = tokenizer
        self._device = device
        self._side: int = max(image_processor.size["height"], image_processor.size["width"])
        self._context: int = model.config.text_config.max_position_embeddings
        self._lock = threading.RLock()
        self._tokens: OrderedDict[str, Tokens] = OrderedDict()

    def by_text(
        self, views: Sequence[View], queries: Sequence[Sequence[str]]
    ) -> Sequence[Detections]:
        """Look for each photo's own queries, all photos in one batch."""
        texts = list(dict.fromkeys(text for each in queries for text in each))
        if not texts:
            return [Detections(np.zeros((0, 4)), np.zeros((0, 0))) for _ in views]
        with self._lock:
            rows = dict(zip(texts, self._embed_texts(texts), strict=True))
            photos = self.look(views)
            return [
                self._match(tokens, [rows[text] for text in each])
                for tokens, each in zip(photos, queries, strict=True)
            ]

    def by_picture(self, view: View, reference: NDArray[np.uint8]) -> Detections:
        """Look for the thing that `reference` shows: one-shot, image-guided detection."""
        import torch

        with self._lock, torch.inference_mode():
            photo = self.look([view])[0]
            query = self._embed_picture(reference)
            if query is None:
                return Detections(np.zeros((0, 4)), np.zeros((0, 1)))
            return self._match(photo, [query])

    @property
    def side(self) -> int:
        """Pixels of the square that the image tower sees."""
        return self._side

    def look(self, views: Sequence[View]) -> list[Tokens]:
        """Return the photos' tokens, running the image tower once over those not kept."""
        names = [view.key for view in views]
        with self._lock:
            fresh = {n: v for n, v in zip(names, views, strict=True) if n not in self._tokens}
            if fresh:
                made = self.see([view.pixels(self._side) for view in fresh.values()])
                self._tokens.update(zip(fresh, made, strict=True))
            found = [self._tokens[name] for name in names]
            for name in names:
                self._tokens.move_to_end(name)
            while len(self._tokens) > max(KEEP, len(set(names))):
                self._tokens.popitem(last=False)
        return found

    def see(self, pixels: Sequence[NDArray[np.uint8]]) -> list[Tokens]:
        """Return the tokens of pictures, upright RGB (H, W, 3); none is kept."""
        import torch

        with self._lock, torch.inference_mode():
            maps = self._feature_maps(pixels)
            rows = maps.reshape(maps.shape[0], -1, maps.shape[-1])
            boxes = self.model.box_predictor(rows, maps).float().cpu().numpy()
        sizes = [Size(width=image.shape[1], height=image.shape[0]) for image in pixels]
        return [Tokens(*one) for one in zip(rows, boxes, sizes, strict=True)]

    def select(
        self, tokens: Tokens, queries: Sequence[str] | NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the token that answers each query best, (W,), and its box, (W, 4) (ClipCrop).

        `queries` are texts, or one reference picture, upright RGB (H, W, 3). Boxes are normalised
        and clipped to the photo; some may be empty.
        """
        import torch

        with self._lock, torch.inference_mode():
            if isinstance(queries, np.ndarray):
                picture = self._embed_picture(queries)
                rows = [] if picture is None else [picture]
            else:
                rows = self._embed_texts(queries) if queries else []
            if not rows:
                return np.zeros(0, np.int64), np.zeros((0, 4))
            stacked = torch.stack(rows)[None]
            logits, _ = self.model.class_predictor(tokens.features[None], stacked)
            best = logits[0].float().argmax(0).cpu().numpy()
        return best, on_photo(tokens.boxes, tokens.size, self.padded)[best]

    def _embed_picture(self, reference: NDArray[np.uint8]) -> Any | None:
        """Return the row of the thing that fills a reference picture; None where none does."""
        features = self._feature_maps([reference])
        height, width = features.shape[1:3]
        rows = features.reshape(1, height * width, -1)
        query, _, _ = self.model.embed_image_query(rows, features)
        return None if query is None else query.reshape(-1, query.shape[-1])[0]

    def _feature_maps(self, pixels: Sequence[NDArray[np.uint8]]) -> Any:
        inputs = self._processor(images=list(pixels), return_tensors="pt")
        values = inputs["pixel_values"].to(self._device, self.model.dtype)
        return self.model.image_embedder(pixel_values=values)[0]

    def _embed_texts(self, texts: Sequence[str]) -> list[Any]:
        """Return one unit row per text. OWL reads 16 tokens; longer texts are cut, not refused."""
        import torch

        tokens = self._tokenizer(
            list(texts),
            padding="max_length",
            truncation=True,
            max_length=self._context,
            return_tensors="pt",
        ).to(self._device)
        with torch.inference_mode():
            base = getattr(self.model, self.model.base_model_prefix)
            out = base.get_text_features(
                input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]
            )
            rows = getattr(out, "pooler_output", out)
            rows = rows / torch.linalg.norm(rows, ord=2, dim=-1, keepdim=True)
        return list(rows)

    def _match(self, tokens: Tokens, queries: Sequence[Any]) -> Detections:
        """Hold query rows against a photo's tokens."""
        import torch

        with torch.inference_mode():
            stacked = torch.stack(list(queries))[None]
            logits, _ = self.model.class_predictor(tokens.features[None], stacked)
            scores = torch.sigmoid(logits[0].float()).cpu().numpy().astype(np.float64)
        boxes = on_photo(tokens.boxes, tokens.size, self.padded)
        # OWLv2's boxes may lie wholly in the padding: nothing of the photo is in them.
        real = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        return Detections(boxes[real], scores[real])


@lru_cache(maxsize=2)
def load_owl(name: str, place: str = "") -> OwlDetector:
    """Load an OWL-ViT or OWLv2 model by hub name or folder, once per process.

    `place` is a torch device; empty for the GPU where there is one.

    Raises MissingExtra without its packages, WeightsMissing where no weights are found, UsageError
    for a model of another kind.
    """
    known = name if local_model(name) else ALIASES.get(name, name)
    source, at = model_source(known), {"revision": revision_of(known)[1]}
    ready_for_transformers("Finding things by name")
    import transformers

    try:
        kind = transformers.AutoConfig.from_pretrained(source, **at).model_type
        classes = {"owlvit": "OwlViT", "owlv2": "Owlv2"}
        if kind not in classes:
            raise UsageError(f"{name} is a {kind} model, not OWL-ViT or OWLv2.")
        if kind == "owlv2" and not transformers.utils.is_scipy_available():
            raise MissingExtra("OWLv2", "transformers")
        prefix = classes[kind]
        # The PIL processors need no torchvision, and give what the models were trained with.
        looks = getattr(transformers, f"{prefix}ImageProcessorPil")
        processor = looks.from_pretrained(source, **at)
        with quiet_loading():
            finds = getattr(transformers, f"{prefix}ForObjectDetection")
            model = finds.from_pretrained(source, **at)
        tokenizer = transformers.AutoTokenizer.from_pretrained(source, **at)
    except (OSError, ValueError) as error:
        first = str(error).strip().splitlines()[0]
        raise WeightsMissing(f"The detector {name} could not be loaded: {first}") from error
    return OwlDetector(name, model, processor, tokenizer, device=place or device())


def detector_at_hand() -> str | None:
    """Return the first known detector whose weights are on this machine; never downloads."""
    return next((name for name in KNOWN if local_model(name) is not None), None)


def find_detector(name: str = "") -> OwlDetector | None:
    """Return the detector of that name, or one whose weights are at hand.

    None for "off", and for "nanodet", the finder that ships and looks by itself.

    Raises MissingExtra or WeightsMissing for one that is named and cannot be had.
    """
    name = name or detector_at_hand() or "off"
    return None if name in ("off", "nanodet") else load_owl(name)
