"""What the files of a checkpoint say of it: its family, and the pixel budget that it is set to.

A fine-tuned model keeps the `model_type` of what it was made from, whatever it is called.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.family import family_of, family_of_type
from cropsmith.agents.backends.boxes.resize import Smart

CACHE = "~/.cache/huggingface/hub"

PIXELS = 100_000
"""From here on `longest_edge` of a processor counts pixels, as those of the Qwen family do."""


def config_of(model: str) -> Mapping[str, Any]:
    """Return the config.json of a folder or of a hub's model in the cache; empty if not here."""
    folder = _folder(model)
    return {} if folder is None else _json(folder / "config.json")


def checkpoint_row(model: str) -> Convention | None:
    """Return the row of a folder, or of a hub's model that lies in Hugging Face's cache.

    None when neither is here, or no row knows its type. Of an adapter (LoRA), that of its base.
    """
    if (folder := _folder(model)) is None:
        return None
    if base := _json(folder / "adapter_config.json").get("base_model_name_or_path"):
        return checkpoint_row(str(base)) or family_of(str(base))
    row = family_of_type(str(_json(folder / "config.json").get("model_type", "")), model)
    return None if row is None else _within_budget(row, folder)


def _folder(model: str) -> Path | None:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    cache = os.environ.get("HF_HUB_CACHE") or (
        os.path.join(os.environ["HF_HOME"], "hub") if os.environ.get("HF_HOME") else CACHE
    )
    name = model.rpartition("@")[0] or model
    snapshots = Path(cache).expanduser() / f"models--{name.replace('/', '--')}" / "snapshots"
    found = sorted(snapshots.glob("*/config.json"), key=lambda path: path.stat().st_mtime)
    return found[-1].parent if found else None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _within_budget(row: Convention, folder: Path) -> Convention:
    """Return the row with the budget of the checkpoint's processor, where that is smaller."""
    if not isinstance(row.resize, Smart):
        return row
    told = _json(folder / "preprocessor_config.json")
    told = told or _json(folder / "processor_config.json").get("image_processor") or {}
    size = told.get("size")
    longest = size.get("longest_edge") if isinstance(size, dict) else None
    budget = told.get("max_pixels") or longest
    if not isinstance(budget, int) or (told.get("max_pixels") is None and budget < PIXELS):
        return row
    tokens = max(row.resize.min_tokens, budget // row.resize.factor**2)
    if tokens >= row.resize.max_tokens:
        return row
    resize = row.resize.model_copy(update={"max_tokens": tokens})
    return row.model_copy(update={"resize": resize})
