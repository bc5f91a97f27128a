"""The folder of a module that was trained here: model.safetensors, config.json, manifest.json.

Found like other weights: a folder, or its name in `CROPSMITH_WEIGHTS`. Never downloaded.
"""

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from cropsmith.errors import MissingExtra, OutputError, UsageError
from cropsmith.settings import weights_folder
from cropsmith.tools.schema.values import Value

if TYPE_CHECKING:
    from torch import nn

WEIGHTS, CONFIG = "model.safetensors", "config.json"
OFF = "off"

S = TypeVar("S", bound=Value)
M = TypeVar("M", bound="nn.Module")


def trained_folder(name: str, usual: str) -> Path | None:
    """Return a named folder, or the usual one of the weights; None for "off" and where none is.

    Looks at names of files alone.
    """
    if name == OFF:
        return None
    given = Path(name or usual).expanduser()
    places = [weights_folder() / given] if not name else [given, weights_folder() / given]
    return next((p for p in places if (p / WEIGHTS).is_file() and (p / CONFIG).is_file()), None)


def save_trained(module: "nn.Module", shape: Value, folder: Path) -> None:
    """Write weights and shape; each file appears whole.

    OutputError where the disk does not take them.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    weights, config = folder / f".{WEIGHTS}", folder / f".{CONFIG}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {name: value.contiguous() for name, value in module.state_dict().items()}
        save_file(tensors, weights)
        config.write_text(shape.model_dump_json(indent=2) + "\n", "utf-8")
        os.replace(weights, folder / WEIGHTS)
        os.replace(config, folder / CONFIG)
    except (OSError, SafetensorError) as error:
        for partial in (weights, config):
            partial.unlink(missing_ok=True)
        raise OutputError(
            f"The weights cannot be written to {folder}: is the disk full?"
        ) from error


def load_trained(folder: Path, what: str, shapes: type[S], build: Callable[[S], M]) -> M:
    """Return the module of a folder, built from its shape, ready to be used.

    `what` names it: "a decoder". UsageError, one sentence, where the folder does not hold one;
    MissingExtra without torch.
    """
    if any(importlib.util.find_spec(name) is None for name in ("torch", "safetensors")):
        raise MissingExtra(f"{what[0].upper()}{what[1:]} that was trained", "train")
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        shape = shapes.model_validate_json((folder / CONFIG).read_text("utf-8"))
    except (OSError, ValidationError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"{folder / CONFIG} is not {what}'s: {first}.") from error
    module = build(shape)
    try:
        module.load_state_dict(load_file(folder / WEIGHTS))
    except (OSError, SafetensorError, RuntimeError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(f"{folder / WEIGHTS} does not fit its {CONFIG}: {first}") from error
    module.eval()
    return module
