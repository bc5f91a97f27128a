"""How a model is spread over GPUs: as many as it takes, and as many copies as there is room for."""

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.boxes.checkpoint import config_of

RESERVE = 6.0
"""GiB of each copy beside its weights: activations, pictures, and a cache for some requests."""

USED = 0.9
"""Share of a GPU's memory that vLLM takes."""

NARROW = (
    (re.compile(r"awq|gptq|int4|4bit|nvfp4|mxfp4|w4a16|bnb"), 0.6),
    (re.compile(r"fp8|int8|8bit|w8a8"), 1.1),
)
"""Bytes a parameter of quantised weights, scales included."""

BYTES = 2.0
EXPERTS = re.compile(r"\d+b-\d+e\b")
"""Names such as Llama 4's, whose number of parameters is that of one expert."""


@dataclass(frozen=True)
class Spread:
    """How many GPUs serve one copy, how many copies there are, and why."""

    tensor: int
    data: int
    why: str


def gpus_at_hand() -> Sequence[float]:
    """Return the memory of each NVIDIA GPU that the driver lists, in GiB."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return []
    query = ["--query-gpu=memory.total", "--format=csv,noheader,nounits"]
    listed = subprocess.run([command, *query], capture_output=True, text=True, check=False)
    words = listed.stdout.split()
    return [float(word) / 1024 for word in words if word.isdigit()]


def weights_of(model: str, served_as: str = "") -> float | None:
    """Return the GiB that a model's weights take: by its files, else by a name; None if unsaid."""
    files = list(Path(model).expanduser().glob("*.safetensors"))
    if files:
        return sum(file.stat().st_size for file in files) / 2**30
    name = f"{model} {served_as}".lower()
    found = [float(n) for n in re.findall(r"(?<![\w.])(\d+(?:\.\d+)?)b(?![a-z0-9])", name)]
    millions = [float(n) / 1000 for n in re.findall(r"(?<![\w.])(\d+)m(?![a-z0-9])", name)]
    if not (found or millions) or EXPERTS.search(name):
        return None
    bytes_each = next((size for pattern, size in NARROW if pattern.search(name)), BYTES)
    return max(found or millions) * bytes_each * 1e9 / 2**30


def spread(model: str, memory: Sequence[float], served_as: str = "") -> Spread:
    """Return how a model is spread over GPUs of so many GiB each; one of each without any."""
    if not memory:
        return Spread(1, 1, "There is no GPU: it runs on the CPU.")
    count, weights = len(memory), weights_of(model, served_as)
    if weights is None:
        size = _dividing(_power(count), config_of(model))
        return Spread(size, 1, f"Its size is not known: one copy over {size} of {count} GPUs.")
    size = 1
    while size < _power(count) and weights + RESERVE * size > USED * min(memory) * size:
        size *= 2
    size = _dividing(size, config_of(model))
    copies = count // size
    why = f"About {weights:.0f} GiB of weights: {copies} of {size} GPU each, of {count} at hand."
    return Spread(size, copies, why)


def _power(count: int) -> int:
    """Return the largest power of two within `count`."""
    return 1 << (count.bit_length() - 1)


def _dividing(size: int, config: Mapping[str, Any]) -> int:
    """Return a size that divides the attention heads evenly, as vLLM demands."""
    text = config.get("text_config") or config.get("llm_config") or config
    heads = text.get("num_attention_heads") if isinstance(text, Mapping) else None
    while isinstance(heads, int) and size > 1 and heads % size:
        size //= 2
    return size
