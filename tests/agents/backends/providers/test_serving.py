"""The command line of a served model: flags, parsers, context, pixels, GPUs."""

import json
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from cropsmith.agents.backends.providers import serving
from cropsmith.agents.backends.providers.serving import Hosting, command_of
from cropsmith.errors import MissingExtra, UsageError


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment with a vllm that is never run."""
    command = tmp_path / "venv" / "bin" / "vllm"
    command.parent.mkdir(parents=True)
    command.write_text("#!/bin/sh\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return tmp_path / "venv"


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """GPUs at hand, by their memory in GiB; a test fills the list."""
    memory: list[float] = []
    monkeypatch.setattr(serving, "gpus_at_hand", lambda: memory)
    return memory


def option(words: Sequence[str], name: str) -> str | None:
    return words[words.index(name) + 1] if name in words else None


def checkpoint(folder: Path, **config: object) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def test_the_flags_fit_this_work(venv: Path) -> None:
    words = command_of(Hosting(model="m", venv=venv, name="n", images=12, gpus=2, extra=("-x",)))
    text = " ".join(words)
    assert words[1:3] == ["serve", "m"] and words[-1] == "-x"
    assert '{"image": 12, "video": 0}' in words
    assert '{"backend": "guidance", "disable_any_whitespace": true}' in words
    for flag in (
        "--enable-prefix-caching",
        "--enable-prompt-tokens-details",
        "--tensor-parallel-size 2",
        "--served-model-name n",
        "--max-model-len auto",
    ):
        assert flag in text


@pytest.mark.parametrize(
    ("extra", "names"),
    [
        ("", ("acme/vision-1",)),
        ("--enable-lora --lora-modules tuned=out/tuned other=out/other --dtype float32",
         ("tuned", "other")),
        ("--lora-modules=tuned=out/tuned", ("tuned",)),
        ('--lora-modules {"name":"tuned","path":"out/tuned"}', ("tuned",)),
        ("--served-model-name mine also", ("mine",)),
    ],
)  # fmt: skip
def test_a_served_model_is_asked_for_by_its_adapters_or_its_name(
    extra: str, names: tuple[str, ...]
) -> None:
    assert Hosting(model="acme/vision-1", extra=tuple(extra.split())).names == names
    named = Hosting(model="acme/vision-1", name="short", extra=("--lora-modules", "tuned=out"))
    assert named.names == ("tuned",)


@pytest.mark.parametrize(
    ("model", "parser"),
    [
        ("Qwen/Qwen3.6-35B-A3B", "qwen3"),
        ("Qwen/Qwen3-VL-8B-Thinking", "qwen3"),
        ("zai-org/GLM-4.6V-Flash", "glm45"),
        ("Qwen/Qwen3-VL-8B-Instruct", ""),
        ("acme/vision-1", ""),
    ],
)
def test_a_family_that_thinks_gets_its_parser(venv: Path, model: str, parser: str) -> None:
    words = command_of(Hosting(model=model, venv=venv, gpus=1))
    assert ("--reasoning-parser" in words) is bool(parser)
    if parser:
        assert words[words.index("--reasoning-parser") + 1] == parser
    own = command_of(Hosting(model=model, venv=venv, gpus=1, extra=("--reasoning-parser=mine",)))
    assert [word for word in own if "reasoning-parser" in word] == ["--reasoning-parser=mine"]


@pytest.mark.parametrize(
    ("name", "parser"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", "hermes"),
        ("Qwen/Qwen3.6-27B", "qwen3_coder"),
        ("zai-org/GLM-4.6V", "glm45"),
        ("Qwen/Qwen2.5-VL-7B-Instruct", ""),
        ("OpenGVLab/InternVL3-8B", ""),
    ],
)
def test_the_parser_of_tools_is_the_familys(venv: Path, name: str, parser: str) -> None:
    text = " ".join(command_of(Hosting(model="weights", name=name, venv=venv)))
    wanted = f"--tool-call-parser {parser}"
    assert (wanted in text and "--enable-auto-tool-choice" in text) is bool(parser)
    own = Hosting(model=name, venv=venv, extra=("--tool-call-parser", "mine"))
    assert command_of(own).count("--tool-call-parser") == 1


def test_no_vllm_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no vllm command"):
        serving.find_vllm(tmp_path)
    monkeypatch.setenv("PATH", os.fspath(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(MissingExtra, match=r"cropsmith\[vllm\]"):
        serving.find_vllm(None)


@pytest.mark.parametrize(
    ("model", "memory", "tensor", "data"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", [80] * 8, "1", "8"),
        ("Qwen/Qwen3-VL-32B-Instruct", [80] * 8, "1", "8"),
        ("Qwen/Qwen2.5-VL-72B-Instruct", [80] * 8, "4", "2"),
        ("Qwen/Qwen2.5-VL-72B-Instruct-AWQ", [80] * 4, "1", "4"),
        ("Qwen/Qwen3-VL-235B-A22B-Instruct", [80] * 8, "8", None),
        ("Qwen/Qwen3-VL-8B-Instruct", [24, 24], "1", "2"),
        ("Qwen/Qwen3-VL-32B-Instruct", [24] * 6, "4", None),
        ("acme/vision", [80] * 6, "4", None),
    ],
)
def test_what_fits_on_one_gpu_is_copied(
    venv: Path, gpus: list[float], model: str, memory: list[float], tensor: str, data: str | None
) -> None:
    gpus += memory
    words = command_of(Hosting(model=model, venv=venv))
    assert option(words, "--tensor-parallel-size") == tensor
    assert option(words, "--data-parallel-size") == data
    own = command_of(Hosting(model=model, venv=venv, extra=("--tensor-parallel-size=2",)))
    assert option(own, "--tensor-parallel-size") is None
    assert option(own, "--data-parallel-size") is None


def test_fewer_gpus_may_be_asked_for(venv: Path, gpus: list[float]) -> None:
    gpus += [80] * 8
    words = command_of(Hosting(model="Qwen/Qwen3-VL-8B-Instruct", venv=venv, gpus=2))
    assert option(words, "--data-parallel-size") == "2"


def test_a_tune_of_a_neutral_name_is_served_as_what_it_is(
    venv: Path, tmp_path: Path, gpus: list[float]
) -> None:
    gpus.append(80)
    model = checkpoint(tmp_path / "my-cropper", model_type="qwen3_5")
    words = command_of(Hosting(model=model, venv=venv, name="cropper"))
    assert option(words, "--reasoning-parser") == "qwen3"
    assert option(words, "--tool-call-parser") == "qwen3_coder"
    assert option(words, "--mm-processor-kwargs") == json.dumps({"max_pixels": 1280 * 32**2})
    given = Hosting(model=model, venv=venv, extra=("--mm-processor-kwargs", "{}"))
    assert command_of(given).count("--mm-processor-kwargs") == 1


@pytest.mark.parametrize("model", ["OpenGVLab/InternVL3-8B", "zai-org/GLM-4.6V", "acme/vision"])
def test_pixels_are_left_to_families_that_take_no_budget(
    venv: Path, gpus: list[float], model: str
) -> None:
    gpus.append(80)
    assert "--mm-processor-kwargs" not in command_of(Hosting(model=model, venv=venv))


@pytest.mark.parametrize(
    ("longest", "context"), [(32768, "16384"), (4096, "4096"), (None, "16384")]
)
def test_on_a_cpu_a_whole_prompt_is_one_batch(
    venv: Path,
    tmp_path: Path,
    gpus: list[float],
    longest: int | None,
    context: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = {} if longest is None else {"max_position_embeddings": longest}
    model = checkpoint(tmp_path / "m", model_type="qwen3_vl", text_config=text)
    words = command_of(Hosting(model=model, venv=venv))
    assert "--no-enable-chunked-prefill" in words
    assert option(words, "--max-model-len") == option(words, "--max-num-batched-tokens") == context
    assert option(command_of(Hosting(model=model, venv=venv, context=2048)), "--max-model-len") == (
        "2048"
    )
    assert option(words, "--kv-cache-memory-bytes") == str(4 * 2**30)
    monkeypatch.setenv("VLLM_CPU_KVCACHE_SPACE", "1")
    own = command_of(Hosting(model=model, venv=venv, extra=("--enable-chunked-prefill",)))
    assert "--kv-cache-memory-bytes" not in own
    assert "--no-enable-chunked-prefill" not in own and "--max-num-batched-tokens" not in own


def test_heads_must_divide_evenly(venv: Path, tmp_path: Path, gpus: list[float]) -> None:
    gpus += [80] * 8
    model = checkpoint(tmp_path / "m", model_type="acme", num_attention_heads=28)
    assert option(command_of(Hosting(model=model, venv=venv)), "--tensor-parallel-size") == "4"


def test_a_folder_that_is_not_there_is_told_before_anything_starts(venv: Path) -> None:
    with pytest.raises(UsageError, match="no folder /nowhere"):
        command_of(Hosting(model="/nowhere", venv=venv))
