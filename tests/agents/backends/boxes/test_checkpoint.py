"""A checkpoint is known by its config.json, in a folder or in Hugging Face's cache."""

import json
from pathlib import Path

import pytest

from cropsmith.agents.backends.boxes.checkpoint import checkpoint_row, config_of
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.boxes.resize import Smart


def write(folder: Path, **files: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return folder


def test_a_tune_of_a_neutral_name_is_known(tmp_path: Path) -> None:
    folder = write(tmp_path / "my-cropper", config={"model_type": "qwen3_vl"})
    assert checkpoint_row(str(folder)) == FAMILIES["qwen3-vl"]
    assert config_of(str(folder)) == {"model_type": "qwen3_vl"}


@pytest.mark.parametrize(
    "processor",
    [
        {"preprocessor_config": {"max_pixels": 256 * 28 * 28}},
        {"preprocessor_config": {"size": {"longest_edge": 256 * 28 * 28, "shortest_edge": 3136}}},
        {"processor_config": {"image_processor": {"size": {"longest_edge": 256 * 28 * 28}}}},
    ],
)
def test_a_smaller_budget_is_taken_over(tmp_path: Path, processor: dict[str, object]) -> None:
    folder = write(tmp_path, config={"model_type": "qwen2_5_vl"}, **processor)
    found = checkpoint_row(str(folder))
    assert found is not None and isinstance(found.resize, Smart)
    assert found.resize.max_tokens == 256


@pytest.mark.parametrize(
    "processor",
    [
        {"max_pixels": 12845056},
        {"size": {"longest_edge": 1568}},
        {"size": 336},
        {"max_pixels": "x"},
    ],
)
def test_a_larger_or_another_budget_changes_nothing(tmp_path: Path, processor: object) -> None:
    folder = write(tmp_path, config={"model_type": "qwen2_5_vl"}, preprocessor_config=processor)
    assert checkpoint_row(str(folder)) == FAMILIES["qwen2.5-vl"]


def test_an_adapter_is_of_its_base(tmp_path: Path) -> None:
    adapter = {"base_model_name_or_path": "OpenGVLab/InternVL3-8B"}
    folder = write(tmp_path, adapter_config=adapter)
    assert checkpoint_row(str(folder)) == FAMILIES["internvl"]


def test_the_cache_of_the_hub_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    snapshot = tmp_path / "hub" / "models--acme--cropper" / "snapshots" / "abc"
    write(snapshot, config={"model_type": "glm4v_moe"})
    assert checkpoint_row("acme/cropper") == FAMILIES["glm-v"]
    assert checkpoint_row("acme/other") is None
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "nowhere"))
    assert checkpoint_row("acme/cropper") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"model_type": "bert"}', "[" * 9999])
def test_a_broken_or_foreign_config_is_no_family(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    assert checkpoint_row(str(tmp_path)) is None
