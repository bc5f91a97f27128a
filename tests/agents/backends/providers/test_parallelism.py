"""What weights take, by files or by name."""

from pathlib import Path

import pytest

from cropsmith.agents.backends.providers.parallelism import spread, weights_of


@pytest.mark.parametrize(
    ("name", "gib"),
    [
        ("Qwen/Qwen3-VL-8B-Instruct", 14.9),
        ("Qwen/Qwen3-VL-235B-A22B-Instruct", 437.7),
        ("Qwen/Qwen3-VL-8B-Instruct-FP8", 8.2),
        ("Qwen/Qwen2.5-VL-72B-Instruct-AWQ", 40.2),
        ("HuggingFaceTB/SmolVLM2-2.2B-Instruct", 4.1),
        ("LiquidAI/LFM2.5-VL-450M", 0.84),
        # One expert's size is not the model's.
        ("meta-llama/Llama-4-Scout-17B-16E-Instruct", None),
        ("zai-org/GLM-4.6V", None),
        ("moonshotai/Kimi-K2.6", None),
    ],
)
def test_a_name_says_how_large_a_model_is(name: str, gib: float | None) -> None:
    assert weights_of(name) == (None if gib is None else pytest.approx(gib, rel=0.02))


def test_files_say_it_better(tmp_path: Path) -> None:
    (tmp_path / "model-7B.safetensors").write_bytes(b"0" * 2**20)
    assert weights_of(str(tmp_path), "Qwen3-VL-8B") == pytest.approx(2**-10)


def test_why_is_one_sentence() -> None:
    assert spread("m", []).why == "There is no GPU: it runs on the CPU."
    assert "8 of 1 GPU each, of 8 at hand" in spread("a-8B", [80.0] * 8).why
    assert "size is not known" in spread("a", [80.0] * 8).why
