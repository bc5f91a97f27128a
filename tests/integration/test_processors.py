"""Rows of the table against the code that others ship: transformers' processors, vLLM's parsers."""

import importlib
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cropsmith.agents.backends.boxes.families import FAMILIES, MODEL_TYPES
from cropsmith.agents.backends.boxes.resize import Smart, Tiles
from cropsmith.agents.backends.providers.thinking import HABITS
from cropsmith.agents.backends.providers.tool_parsers import PARSERS
from cropsmith.tools.schema.geometry import Size

pytestmark = pytest.mark.integration

REMOTE = {
    # Types of checkpoints that bring their own code, or that vLLM alone knows.
    "deepseek_ocr", "deepseek_v4", "deepseek_vl_v2", "ernie4_5_moe_vl", "internvl_chat", "kimi_k3",
    "kimi_vl", "mimo_v2_omni", "mimovl", "minicpmo", "minicpmv", "minimax_vl_01", "molmo",
    "molmo2", "moondream1", "moondream3", "ovis2_5", "phi4mm", "step3_vl",
}  # fmt: skip


def processor(module: str) -> Any:
    """Return an image processing module of transformers."""
    pytest.importorskip("torchvision")
    return importlib.import_module(f"transformers.models.{module}")


def sizes() -> list[Size]:
    """Return sizes from thumbnails to large photos, of every shape that models take."""
    rng = random.Random(0)
    made = [Size(width=rng.randint(64, 6000), height=rng.randint(64, 6000)) for _ in range(400)]
    made += [Size(width=w, height=h) for w, h in [(1024, 683), (683, 1024), (448, 448), (3000, 70)]]
    return [
        size for size in made if max(size.width, size.height) < 50 * min(size.width, size.height)
    ]


@pytest.mark.parametrize("family", ["qwen2-vl", "qwen2.5-vl", "qwen3-vl", "qwen3.5", "qwen3.6"])
def test_qwen_sees_what_its_processor_makes(family: str) -> None:
    rule = FAMILIES[family].resize
    assert isinstance(rule, Smart)
    resize = processor("qwen2_vl.image_processing_qwen2_vl").smart_resize
    low, high = rule.min_tokens * rule.factor**2, rule.max_tokens * rule.factor**2
    for size in sizes():
        height, width = resize(
            size.height, size.width, factor=rule.factor, min_pixels=low, max_pixels=high
        )
        assert rule.seen(size) == Size(width=width, height=height), size


def test_glm_sees_what_its_processor_makes() -> None:
    rule = FAMILIES["glm-v"].resize
    assert isinstance(rule, Smart)
    resize = processor("glm4v.image_processing_glm4v").smart_resize
    low, high = rule.min_tokens * rule.factor**2, rule.max_tokens * rule.factor**2
    for size in sizes():
        height, width = resize(
            2, size.height, size.width, factor=rule.factor, min_pixels=low, max_pixels=high
        )
        assert rule.seen(size) == Size(width=width, height=height), size


def test_gemma_sees_what_its_processor_makes() -> None:
    resize = processor("gemma4.image_processing_gemma4").get_aspect_ratio_preserving_size
    rule = FAMILIES["gemma4"].resize
    for size in sizes():
        height, width = resize(
            size.height, size.width, patch_size=16, max_patches=280 * 9, pooling_kernel_size=3
        )
        seen = rule.seen(size)
        # Strips are bounded by other rules there; a row of full-image boxes is not harmed by it.
        if min(seen.width, seen.height) > 48:
            assert seen == Size(width=width, height=height), size


@pytest.mark.parametrize("family", ["internvl", "internvl3.5"])
def test_internvl_is_cut_as_its_processor_does(family: str) -> None:
    rule = FAMILIES[family].resize
    assert isinstance(rule, Tiles)
    canvas = processor("got_ocr2.image_processing_got_ocr2").get_optimal_tiled_canvas
    for size in sizes():
        columns, rows = canvas((size.height, size.width), (rule.tile, rule.tile), 1, rule.max_tiles)
        assert rule.grid(size) == Size(width=columns, height=rows), size


def test_every_type_is_one_of_transformers_or_brings_its_own_code() -> None:
    pytest.importorskip("transformers")
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    assert set(MODEL_TYPES) - set(CONFIG_MAPPING_NAMES) <= REMOTE
    # Vision-language families of transformers that everybody runs are known.
    assert {
        "qwen2_5_vl",
        "qwen3_vl",
        "qwen3_5",
        "internvl",
        "glm4v_moe",
        "gemma3",
        "llama4",
    } <= set(MODEL_TYPES)


def test_vllm_has_every_parser_that_is_set(vllm_venv: Path) -> None:
    code = (
        "from vllm.reasoning import ReasoningParserManager as R\n"
        "from vllm.tool_parsers import ToolParserManager as T\n"
        "print(*T.list_registered()); print(*R.list_registered())"
    )
    python = str(vllm_venv / "bin" / "python")
    made = subprocess.run([python, "-c", code], capture_output=True, text=True, timeout=300)
    assert made.returncode == 0, made.stderr[-2000:]
    tools, thoughts = (set(line.split()) for line in made.stdout.strip().splitlines()[-2:])
    assert {parser for _, parser in PARSERS} <= tools
    assert {habit.parser for habit in HABITS if habit.parser} <= thoughts
