"""The CLIP that a training starts from."""

# ruff: noqa: TID253
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from cropsmith.errors import UsageError
from cropsmith.tools.clipcropping.model import CropModel
from cropsmith.tools.clipcropping.shape import Shape
from cropsmith.tools.scorers.elements import Family
from cropsmith.vectorstore.clip import load_clip
from cropsmith.vectorstore.clip_weights import CONFIG, find

RN50 = "RN50:openai"
"""The paper's."""
PARTS = ("embed_dim", "vision_cfg", "text_cfg")


def begun(name: str, families: Sequence[Family], seed: int = 0) -> CropModel:
    """Return an untaught model over a CLIP: open_clip's `MODEL:WEIGHTS`, or a folder.

    What is new in it is drawn from the seed. UsageError for a CLIP that does not see by a ResNet,
    CropsmithError where its weights cannot be had, MissingExtra without open_clip.
    """
    clip = load_clip(name)
    visual = clip.model.visual
    shape = Shape(
        clip=clip.name,
        architecture=architecture(name),
        mean=tuple(visual.image_mean),
        deviation=tuple(visual.image_std),
        families=tuple(families),
    )
    torch.manual_seed(seed)
    model = CropModel(shape)
    model.begin({key: value.cpu() for key, value in clip.model.state_dict().items()})
    return model


def architecture(name: str) -> Mapping[str, Any]:
    """Return what a CLIP is built of, in open_clip's words. UsageError without a ResNet."""
    import open_clip

    source = find(name, open_clip)
    if (folder := source.model.removeprefix("local-dir:")) != source.model:
        facts = json.loads((Path(folder) / CONFIG).read_text("utf-8"))["model_cfg"]
    else:
        facts = open_clip.get_model_config(source.model)
    if not isinstance(facts["vision_cfg"].get("layers"), list) or any(
        key.startswith(("timm_", "hf_")) for part in PARTS[1:] for key in facts[part]
    ):
        raise UsageError(
            f"{source.name} does not see by CLIP's own ResNet, which CLIPCropping builds on.",
            hint=f"Name one that does, as {RN50}.",
        )
    gelu = source.quick_gelu or bool(facts.get("quick_gelu"))
    return {**{part: facts[part] for part in PARTS}, "quick_gelu": gelu}
