"""The files beside lessons that say how to train on them and serve the result."""

import json
import shlex
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from cropsmith.evals.training.lessons.lesson import Kind

LLAMA_FACTORY = "llamafactory"

TEMPLATES = {
    "qwen3-vl": "qwen3_vl_nothink",
    "qwen2.5-vl": "qwen2_vl",
    "qwen2-vl": "qwen2_vl",
    "qwen3.5": "qwen3_5_nothink",
    "gemma3": "gemma3",
    "gemma4": "gemma4",
    "glm-v": "glm4v",
    "internvl": "intern_vl",
    "internvl3.5": "intern_vl",
}
"""What LLaMA-Factory 0.9.5 calls a family's chat template."""


def recipe_files(
    kind: Kind,
    model: str,
    family: str,
    place: Path,
    parts: Sequence[str],
    seed: int,
    digest: str,
) -> Mapping[str, str]:
    """Return name -> text of the files for lessons at `place` with these parts.

    LLaMA-Factory's is there where it has the kind of training and the family. `digest` of the rows
    names the data set: datasets caches by name and place, and would show what lay there before.
    """
    held = next((part for part in ("equal", "test") if part in parts), "")
    values = {
        "digest": digest,
        "kind": kind,
        "model": json.dumps(model, ensure_ascii=False),  # as YAML takes any name
        "plain": shlex.quote(model),
        "name": shlex.quote(f"{Path(model).name}-cropsmith"),
        "lessons": json.dumps(str(place), ensure_ascii=False),
        "seed": str(seed),
        "parts": "\n".join(f"      - split: {p}\n        path: {p}/**" for p in parts),
        "evaluate": "steps" if held else "no",
        "held": held or "train",
        "template": TEMPLATES.get(family, ""),
    }
    names = {"README.md": "readme.md", f"{kind}.yaml": f"trl-{kind}.yaml"}
    if kind != "grpo" and family in TEMPLATES:
        names[f"{LLAMA_FACTORY}.yaml"] = f"llamafactory-{kind}.yaml"
    folder = files("cropsmith.evals.training.lessons").joinpath("recipes")
    return {
        name: Template(folder.joinpath(file).read_text("utf-8")).substitute(values)
        for name, file in names.items()
    }
