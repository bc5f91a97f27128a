"""How an open VLM is served: the command line of vLLM that is right for cropping with it."""

import json
import os
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.boxes.checkpoint import checkpoint_row, config_of
from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.agents.backends.boxes.family import family_of
from cropsmith.agents.backends.boxes.resize import Smart
from cropsmith.agents.backends.providers.parallelism import Spread, gpus_at_hand, spread
from cropsmith.agents.backends.providers.thinking import habit_of
from cropsmith.agents.backends.providers.tool_parsers import tool_parser
from cropsmith.errors import MissingExtra, UsageError

PARSER = "--reasoning-parser"
TOOL_PARSER = "--tool-call-parser"
ADAPTERS = "--lora-modules"
NAMES = "--served-model-name"
TENSOR = ("--tensor-parallel-size", "-tp")
DATA = ("--data-parallel-size", "-dp")

GUIDED = {"backend": "guidance", "disable_any_whitespace": True}
"""`disable_any_whitespace` ends the newline loop of grammars, and wants a named backend; guidance
keeps string lengths without letting control characters through."""

ON_CPU = 16384
"""Context on a CPU, where prompts are not read in pieces: all of it is one batch."""

CPU_CACHE = 4 * 2**30
"""Bytes of cache on a CPU: left to itself vLLM wants 92 % of the memory, or does not start."""
CPU_CACHE_SET = "VLLM_CPU_KVCACHE_SPACE"


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """How a model is to be served."""

    model: str
    host: str = "127.0.0.1"
    port: int = 8000
    venv: Path | None = None
    """Environment with vLLM in it; None looks beside this Python and on the PATH."""
    name: str | None = None
    """Name to serve under; None takes the model's own."""
    context: int | None = None
    """Longest request in tokens; None takes what the model and the memory allow."""
    images: int = 40
    """Pictures per request: examples, the photo and crops of it."""
    gpus: int | None = None
    """GPUs to spread over; None takes those at hand."""
    extra: tuple[str, ...] = ()
    """Further arguments of `vllm serve`."""

    @property
    def url(self) -> str:
        """Where it will be reached."""
        return f"http://{self.host}:{self.port}"

    @property
    def row(self) -> Convention | None:
        """What is known of its family: by its config.json, or by either name."""
        return checkpoint_row(self.model) or family_of(self.name or "") or family_of(self.model)

    @property
    def known_as(self) -> str:
        """The names by which parsers are looked up: its own, and its family's."""
        family = "" if self.row is None else self.row.family
        return f"{self.name or ''} {self.model} {family}".strip()

    @property
    def names(self) -> tuple[str, ...]:
        """What it is asked for by: its adapters, where it is served for them, else its own name."""
        adapters = tuple(map(_adapter, self.values(ADAPTERS)))
        own = self.values(NAMES)[:1] or (self.name or self.model,)
        return adapters or own

    def given(self, *options: str) -> bool:
        """Tell whether one of the options is among the further arguments."""
        return any(word.split("=")[0] in options for word in self.extra)

    def values(self, option: str) -> tuple[str, ...]:
        """Return what the further arguments give to an option that takes one value or more."""
        words = iter(self.extra)
        for word in words:
            if word == option:
                return tuple(takewhile(lambda value: not value.startswith("-"), words))
            if word.startswith(f"{option}="):
                return (word.removeprefix(f"{option}="),)
        return ()


def find_vllm(venv: Path | None) -> Path:
    """Return the `vllm` command. UsageError for a venv without it, MissingExtra without any."""
    if venv is not None:
        command = venv / "bin" / "vllm"
        if not command.is_file():
            raise UsageError(
                f"There is no vllm command in {venv}.", hint=f"{venv}/bin/pip install vllm"
            )
        return command
    beside = Path(sys.executable).with_name("vllm")
    found = str(beside) if beside.is_file() else shutil.which("vllm")
    if found is None:
        raise MissingExtra("Hosting a model", "vllm")
    return Path(found)


def placed(hosting: Hosting) -> Spread:
    """Return how the model is spread over the GPUs, as far as the arguments leave it open."""
    memory = list(gpus_at_hand())
    if hosting.gpus is not None:
        # The driver may hide them: each is taken to be as large as the smallest, if one is seen.
        least = min(memory, default=80.0)
        memory = (memory or [least] * hosting.gpus)[: hosting.gpus]
    return spread(hosting.model, memory, hosting.name or "")


def command_of(hosting: Hosting) -> list[str]:
    """Return the command line of the server. UsageError or MissingExtra without a vLLM."""
    if hosting.model.startswith(("/", "./", "~")) and not Path(hosting.model).expanduser().is_dir():
        raise UsageError(
            f"There is no folder {hosting.model}.",
            hint="Name a folder with a model, or one of the Hugging Face hub.",
        )
    options = {
        "--host": hosting.host,
        "--port": str(hosting.port),
        # One photo, its examples and its crops; never a video.
        "--limit-mm-per-prompt": json.dumps({"image": hosting.images, "video": 0}),
        "--structured-outputs-config": json.dumps(GUIDED),
        **_spread(hosting),
        **_length(hosting),
        **_pixels(hosting),
        **_parsers(hosting),
    }
    if hosting.name is not None:
        options[NAMES] = hosting.name
    flat = [word for pair in options.items() for word in pair if word]
    return [
        str(find_vllm(hosting.venv)),
        "serve",
        os.path.expanduser(hosting.model),
        *flat,
        # The system text, examples and photo of a request come again in each of its calls.
        "--enable-prefix-caching",
        # Shows cached and picture tokens in the usage data.
        "--enable-prompt-tokens-details",
        *hosting.extra,
    ]


def engine_arguments(hosting: Hosting) -> dict[str, Any]:
    """Return the same as arguments of `vllm.LLM`, for one copy: it has no others beside it."""
    options = {**_length(hosting), **_pixels(hosting), "--tensor-parallel-size": "1"}
    options |= {name: value for name, value in _spread(hosting).items() if name != DATA[0]}
    made: dict[str, Any] = {
        "limit_mm_per_prompt": {"image": hosting.images, "video": 0},
        "structured_outputs_config": GUIDED,
        "enable_prefix_caching": True,
    }
    for name, value in options.items():
        if name.startswith("--no-"):
            made[name.removeprefix("--no-").replace("-", "_")] = False
        elif value == "auto":
            made[name[2:].replace("-", "_")] = -1
        else:
            made[name[2:].replace("-", "_")] = json.loads(value)
    return made


def _adapter(told: str) -> str:
    """Return the name of an adapter, told as vLLM takes it: NAME=PATH, or a JSON object."""
    if told.startswith("{"):
        with suppress(ValueError, KeyError):
            return str(json.loads(told)["name"])
    return told.partition("=")[0]


def on_cpu(hosting: Hosting) -> bool:
    """Tell whether there is no GPU to serve on."""
    return hosting.gpus is None and not gpus_at_hand()


def _spread(hosting: Hosting) -> dict[str, str]:
    placed_so = placed(hosting)
    options = {}
    if not hosting.given(*TENSOR):
        options[TENSOR[0]] = str(placed_so.tensor)
        if placed_so.data > 1 and not hosting.given(*DATA):
            options[DATA[0]] = str(placed_so.data)
    return options


def _length(hosting: Hosting) -> dict[str, str]:
    """Return the context, and on a CPU what lets a whole prompt be one batch, and a cache.

    In pieces, vLLM 0.32 breaks off there at seeded requests above temperature 0.
    """
    if not on_cpu(hosting):
        # "auto" fits it to the memory that weights and pictures leave.
        return {"--max-model-len": str(hosting.context or "auto")}
    context = str(hosting.context or min(ON_CPU, _longest(hosting.model) or ON_CPU))
    options = {"--max-model-len": context}
    if not hosting.given("--enable-chunked-prefill", "--no-enable-chunked-prefill"):
        options["--no-enable-chunked-prefill"] = ""
        if not hosting.given("--max-num-batched-tokens"):
            options["--max-num-batched-tokens"] = context
    if not hosting.given("--kv-cache-memory-bytes") and not os.environ.get(CPU_CACHE_SET):
        options["--kv-cache-memory-bytes"] = str(CPU_CACHE)
    return options


def _longest(model: str) -> int | None:
    """Return the longest context that a checkpoint was made for; None if it is not here."""
    config = config_of(model)
    for part in (config.get("text_config"), config.get("llm_config"), config):
        if isinstance(part, dict) and isinstance(part.get("max_position_embeddings"), int):
            return int(part["max_position_embeddings"])
    return None


def _pixels(hosting: Hosting) -> dict[str, str]:
    """Return the pixel budget of families whose server resizes: no larger than what is sent."""
    row = hosting.row
    if row is None or not isinstance(row.resize, Smart) or row.resize.frames > 1:
        return {}
    if hosting.given("--mm-processor-kwargs"):
        return {}
    budget = {"max_pixels": row.resize.max_tokens * row.resize.factor**2}
    return {"--mm-processor-kwargs": json.dumps(budget)}


def _parsers(hosting: Hosting) -> dict[str, str]:
    options = {}
    # Without it thoughts stand in the answer, or a grammar keeps the model from thinking at all.
    habit = habit_of(hosting.known_as)
    if habit and habit.parser and not hosting.given(PARSER):
        options[PARSER] = habit.parser
    tools = tool_parser(hosting.known_as)
    if tools and not hosting.given(TOOL_PARSER):
        options[TOOL_PARSER] = tools
    if TOOL_PARSER in options or hosting.given(TOOL_PARSER):
        options["--enable-auto-tool-choice"] = ""
    return options
