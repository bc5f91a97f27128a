"""The one CLIP of a process: an open_clip model for retrieval, scorers and training."""

import threading
import warnings
import zipfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cropsmith.errors import CropsmithError, MissingExtra
from cropsmith.settings import weights_folder
from cropsmith.vectorstore.clip_weights import Source, find
from cropsmith.vectorstore.embedder import Picture, Prepared, Vectors, unit
from cropsmith.vectorstore.torchvision_guard import import_torchvision

Squares = NDArray[np.uint8]
"""Pictures of shape (N, S, S, 3), RGB, S the model's `side`."""

_loading = threading.Lock()


class Clip:
    """Pictures and words in one space, in float32, on the GPU where there is one. Thread-safe."""

    def __init__(self, name: str, model: Any, preprocess: Any, tokenizer: Any) -> None:
        import torch

        self.name = name
        """`MODEL:WEIGHTS`, as open_clip calls them."""
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = model.eval().to(self.device)
        edge = model.visual.image_size
        self.side: int = edge[0] if isinstance(edge, Sequence) else int(edge)
        """Pixels a side of what the model looks at."""
        self._preprocess, self._tokenizer = preprocess, tokenizer
        self._lock = threading.Lock()
        # Mean and deviation, folded with the division by 255 into one scale and shift.
        mean, deviation = (
            torch.tensor(three, device=self.device).view(1, 3, 1, 1)
            for three in (model.visual.image_mean, model.visual.image_std)
        )
        self._scale, self._shift = 1 / (255 * deviation), -mean / deviation

    def tensor(self, squares: Squares) -> Any:
        """Return pictures as the model takes them: float32, (N, 3, S, S), normalised."""
        import torch

        pixels = torch.from_numpy(squares).to(self.device).permute(0, 3, 1, 2)
        return (pixels * self._scale + self._shift).contiguous()

    def pictures(self, squares: Squares) -> Vectors:
        """Return one unit vector for each picture, which is taken as it is, nothing cut off."""
        return self.run(self.model.visual, self.tensor(squares))

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector for each text; what exceeds the model's context is cut off."""
        return self.run(self.model.encode_text, self._tokenizer(list(texts)).to(self.device))

    def prepared(self, picture: Picture) -> Prepared:
        """Resize, crop and normalise as the model was trained; shape (3, S, S)."""
        from PIL import Image

        return np.asarray(self._preprocess(Image.fromarray(picture)), dtype=np.float32)

    def run(self, part: Any, batch: Any) -> Vectors:
        """Return the unit vectors that a part of the model makes of a batch."""
        import torch

        with self._lock, torch.inference_mode():
            out = part(batch)
        rows = out[0] if isinstance(out, tuple) else out
        return unit(rows.float().cpu().numpy())


def load_clip(name: str = "") -> Clip:
    """Return the model that `find` understands by the name, loaded once a process.

    UsageError for an unknown name, MissingExtra without open_clip, CropsmithError where weights
    cannot be fetched or read.
    """
    import_torchvision("CLIP", "clip")
    try:
        import open_clip
    except ImportError as error:
        raise MissingExtra("CLIP", "clip") from error
    with _loading:
        return _load(find(name, open_clip))


@lru_cache(maxsize=2)
def _load(source: Source) -> Clip:
    import open_clip

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch.load about OpenAI's archives, and the like
            model, _, preprocess = open_clip.create_model_and_transforms(
                source.model,
                pretrained=source.pretrained,
                force_quick_gelu=source.quick_gelu,
                weights_only=not _is_program(source.pretrained),
            )
            tokenizer = open_clip.get_tokenizer(source.model)
    except Exception as error:  # hub, network, checkpoint: each library raises its own
        first = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise CropsmithError(
            f"The CLIP model {source.name} cannot be loaded: {first}.",
            hint="`cropsmith weights fetch clip` gets the default one; others are looked for in "
            f"{weights_folder() / 'open_clip'} as MODEL-WEIGHTS.pt.",
        ) from error
    return Clip(source.name, model, preprocess, tokenizer)


def _is_program(path: str | None) -> bool:
    """Tell whether a checkpoint is a TorchScript archive, as OpenAI's are; those hold no pickle."""
    if path is None or not Path(path).is_file() or not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())
