"""Which open_clip model a name means, and where its weights lie."""

import hashlib
import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.errors import UsageError
from cropsmith.settings import weights_folder

MODEL = "ViT-B-32"
WEIGHTS = "openai"
DEFAULT = f"{MODEL}:{WEIGHTS}"
"""Cropper's Q and CLIPCropping's scores: OpenAI's ViT-B/32."""
CONFIG = "open_clip_config.json"
SUFFIXES = (".safetensors", ".pt", ".bin")
HUB_FOLDER = "models--timm--vit_base_patch32_clip_224.openai"
"""Where open_clip keeps the default weights that it fetched, in the hub's cache."""


@dataclass(frozen=True)
class Source:
    """What open_clip loads."""

    name: str
    """`MODEL:WEIGHTS`; weights from a file are told by their content: `MODEL:file-0123abcd`."""
    model: str
    """A name of open_clip's, or a folder behind "local-dir:"."""
    pretrained: str | None
    """A tag, or a checkpoint's path; None for a folder, which holds its own."""
    quick_gelu: bool = False


def at_hand() -> bool:
    """Tell whether open_clip and the default weights are on this machine; imports neither."""
    if any(importlib.util.find_spec(name) is None for name in ("open_clip", "torchvision")):
        return False
    if _checkpoint(MODEL, WEIGHTS) is not None:
        return True
    snapshots = (hub_cache() / HUB_FOLDER / "snapshots").glob("*/open_clip_*")
    return any(path.suffix in SUFFIXES for path in snapshots)


def hub_cache() -> Path:
    """Return the folder in which Hugging Face's hub keeps what it fetched."""
    if given := os.environ.get("HF_HUB_CACHE"):
        return Path(given).expanduser()
    base = os.environ.get("HF_HOME") or Path(
        os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface"
    )
    return Path(base).expanduser() / "hub"


def find(name: str, open_clip: Any) -> Source:
    """Return what `MODEL`, `MODEL:WEIGHTS` or a folder means; empty is the default.

    WEIGHTS is a published tag or a checkpoint file. A tag is looked for in the weights folder
    (`open_clip/MODEL-TAG.pt`), and else left to open_clip, which fetches it. UsageError for a name
    that is none of these.
    """
    folder = Path(name).expanduser()
    if name and folder.is_dir():
        return _of_folder(folder)
    model, _, weights = (name or DEFAULT).partition(":")
    known = open_clip.list_models()
    if model not in known:
        near = [m for m in known if model.lower() in m.lower()][:3]
        hint = f"Did you mean {', '.join(near)}?" if near else f"As in {DEFAULT}; or a folder."
        raise UsageError(f"open_clip has no model '{model}'.", hint=hint)
    tags = open_clip.list_pretrained_tags_by_model(model)
    weights = weights or (WEIGHTS if WEIGHTS in tags else next(iter(tags), ""))
    file = _checkpoint(model, weights)
    if file is None and weights not in tags:
        raise UsageError(
            f"open_clip has no weights '{weights}' for {model}.",
            hint=f"Give a checkpoint file, or one of: {', '.join(tags) or 'none published'}.",
        )
    label = f"file-{_digest(file)}" if file and weights not in tags else weights
    # OpenAI's and Meta's weights were trained with it; the plain model names build without it.
    facts = open_clip.get_pretrained_cfg(model, weights) or {}
    quick_gelu = bool(facts.get("quick_gelu", False))
    return Source(f"{model}:{label}", model, str(file or weights), quick_gelu)


def _of_folder(folder: Path) -> Source:
    """Return a folder in open_clip's own layout."""
    files = [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES]
    if not (folder / CONFIG).is_file() or not files:
        raise UsageError(
            f"{folder} holds no open_clip model: it wants {CONFIG} and a checkpoint beside it.",
            hint=f"Or name a model and its weights, as in {DEFAULT}.",
        )
    return Source(f"{folder.name}:file-{_digest(files[0])}", f"local-dir:{folder}", None)


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
