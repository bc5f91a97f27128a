"""open_clip image embeddings: Cropper's Q is the cosine of CLIP ViT-B/32 (Cropper, CVPR 2025)."""

import hashlib
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from cropsmith.errors import CropsmithError, MissingExtra, UsageError
from cropsmith.settings import weights_folder
from cropsmith.vectorstore.embedder import Picture, Prepared, Vectors, unit
from cropsmith.vectorstore.torchvision_guard import import_torchvision

DEFAULT_MODEL = "ViT-B-32"
DEFAULT_WEIGHTS = "openai"
SUFFIXES = (".safetensors", ".pt", ".bin")


class OpenClip:
    """The image tower of an open_clip model, in batches, on the GPU when there is one.

    On processors that multiply bfloat16 the weights are held in bfloat16: 3.5 times the speed of
    float32 at a cosine of 0.9999. (bfloat16 *autocast* is slower than float32; it is not used.)
    """

    def __init__(self, id: str, tower: Any, preprocess: Callable[[Image.Image], Any]) -> None:
        import torch

        self.id = id
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.dtype = torch.bfloat16 if _gains_from_bfloat16(self.device) else torch.float32
        self.batch = 64 if self.device == "cuda" else 16
        edge = tower.image_size
        # Enough for the short side of a 3:2 photo; every further pixel costs decoding and resizing.
        self.side = 3 * (edge[0] if isinstance(edge, Sequence) else int(edge)) // 2
        self._tower = tower.eval().to(self.device, self.dtype)
        self._preprocess = preprocess
        self._lock = threading.Lock()
        self.dimension = int(self.embed([self.prepare(np.zeros((8, 8, 3), np.uint8))]).shape[1])

    @classmethod
    def named(cls, name: str = "") -> "OpenClip":
        """Load `MODEL` or `MODEL:WEIGHTS`; weights are a pretrained tag or a checkpoint file.

        A tag is looked for in the weights folder (`open_clip/MODEL-TAG.safetensors`) and then
        fetched by open_clip. UsageError for an unknown name, MissingExtra without open_clip.
        """
        model, _, weights = name.partition(":")
        model = model or DEFAULT_MODEL
        open_clip = _open_clip()
        known = open_clip.list_models()
        if model not in known:
            near = [m for m in known if model.lower() in m.lower()][:3]
            hint = f"Did you mean {', '.join(near)}?" if near else "See open_clip.list_models()."
            raise UsageError(f"open_clip has no model '{model}'.", hint=hint)
        tags = open_clip.list_pretrained_tags_by_model(model)
        weights = weights or (DEFAULT_WEIGHTS if DEFAULT_WEIGHTS in tags else next(iter(tags), ""))
        file = _checkpoint(model, weights)
        if file is None and weights not in tags:
            raise UsageError(
                f"open_clip has no weights '{weights}' for {model}.",
                hint=f"Give a checkpoint file, or one of: {', '.join(tags) or 'none published'}.",
            )
        try:
            whole, _, preprocess = open_clip.create_model_and_transforms(
                model,
                pretrained=str(file or weights),
                force_quick_gelu=_quick_gelu(open_clip, model, weights),
            )
        except Exception as error:  # hub, network, checkpoint: each library raises its own
            raise CropsmithError(
                f"The weights '{weights}' of {model} cannot be loaded: {_first_line(error)}.",
                hint=f"Put them into {weights_folder() / 'open_clip' / f'{model}-{weights}.pt'}, "
                "or use the embedder 'builtin', which needs none.",
            ) from error
        label = f"file-{_digest(file)}" if file and weights not in tags else weights
        return cls(f"open_clip/{model}:{label}", whole.visual, preprocess)

    def prepare(self, picture: Picture) -> Prepared:
        """Resize, crop and normalise as the model was trained; shape (3, H, W)."""
        return np.asarray(self._preprocess(Image.fromarray(picture)), dtype=np.float32)

    def embed(self, prepared: Sequence[Prepared]) -> Vectors:
        """Return one unit vector for each prepared picture."""
        import torch

        if not prepared:
            return np.zeros((0, self.dimension), dtype=np.float32)
        batch = torch.from_numpy(np.stack(prepared)).to(self.device, self.dtype)
        with self._lock, torch.inference_mode():
            features = self._tower(batch)
        features = features[0] if isinstance(features, tuple) else features
        return unit(features.float().cpu().numpy())


def _open_clip() -> Any:
    import_torchvision("The open_clip embedder", "clip")
    try:
        import open_clip
    except ImportError as error:
        raise MissingExtra("The open_clip embedder", "clip") from error
    return open_clip


def _quick_gelu(open_clip: Any, model: str, weights: str) -> bool:
    # OpenAI's and Meta's weights were trained with it; the plain model names build without it.
    return bool((open_clip.get_pretrained_cfg(model, weights) or {}).get("quick_gelu", False))


def _gains_from_bfloat16(device: str) -> bool:
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    # Private, and so asked for by name: without it, float32 is right everywhere.
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported and supported())


def _checkpoint(model: str, weights: str) -> Path | None:
    given = Path(weights).expanduser()
    if given.suffix in SUFFIXES and given.is_file():
        return given
    folder = weights_folder() / "open_clip"
    names = [folder / f"{model}-{weights}{suffix}" for suffix in SUFFIXES]
    return next((path for path in names if path.is_file()), None)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:12]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
