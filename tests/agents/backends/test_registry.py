"""`provider/model`: what is known, what is suggested, and what each mistake says."""

from pathlib import Path

import pytest

from cropsmith.agents.backends.boxes.calibration import Calibration, calibrations, store
from cropsmith.agents.backends.boxes.families import FAMILIES
from cropsmith.agents.backends.registry import build_backend, convention_of, split_model
from cropsmith.errors import MissingExtra, NotAllowed, UsageError
from cropsmith.settings import home


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("opneai/gpt-4o", "Did you mean openai/gpt-4o?"),
        ("builtin/z", "Write builtin alone."),
        ("gpt-4o", "openai/gpt-4o"),
        ("gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("Qwen/Qwen3-VL-8B-Instruct", "vllm/Qwen/Qwen3-VL-8B-Instruct"),
        ("openai", "openai/MODEL"),
        ("xyz", "one of: openai"),
        ("bultin", "builtin"),
    ],
)
def test_a_wrong_name_gets_a_hint(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        split_model(name)
    assert hint in str(caught.value)


def test_a_models_own_slashes_are_its_name() -> None:
    assert split_model("vllm/Qwen/Qwen3-VL-8B") == ("vllm", "Qwen/Qwen3-VL-8B")


@pytest.mark.parametrize("name", ["openai/gpt-4o", "gemini/gemini-2.5-pro"])
def test_a_missing_key_is_named(name: str) -> None:
    pytest.importorskip("openai")
    pytest.importorskip("google.genai")
    with pytest.raises(NotAllowed, match="export"):
        build_backend(name)


def test_a_model_of_unknown_convention_points_to_the_probe(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("OPENAI_API_KEY", "k" * 20)
    with pytest.raises(UsageError, match="cropsmith models probe openai/acme-vision"):
        build_backend("openai/acme-vision")
    with pytest.raises(UsageError, match="not documented"):
        build_backend("openai/google/gemma-3-27b-it")


def test_a_missing_sdk_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "openai", None)
    monkeypatch.setitem(sys.modules, "google.genai", None)
    monkeypatch.setenv("GEMINI_API_KEY", "k" * 20)
    with pytest.raises(MissingExtra, match=r"cropsmith\[openai\]"):
        build_backend("vllm/Qwen/Qwen3-VL-8B-Instruct")
    with pytest.raises(MissingExtra, match=r"cropsmith\[gemini\]"):
        build_backend("gemini/gemini-2.5-pro")


def verdict(family: str) -> Calibration:
    return Calibration(
        model="vllm/acme/vision",
        endpoint="http://127.0.0.1:8000/v1",
        date="2026-11-20",
        convention=FAMILIES[family],
    )


def test_what_was_probed_comes_first() -> None:
    here = "http://127.0.0.1:8000/v1"
    assert convention_of("vllm/acme/vision", here) is None
    store(verdict("gemma4"))
    store(verdict("qwen3-vl"))
    assert convention_of("vllm/acme/vision", here) == FAMILIES["qwen3-vl"]
    assert convention_of("vllm/acme/vision", "http://other/v1") is None
    assert len(calibrations()) == 1


def test_a_damaged_store_is_told() -> None:
    (home() / "conventions.json").write_text("{")
    with pytest.raises(UsageError, match="probe the models again"):
        convention_of("vllm/acme/vision", "x")


def test_a_checkpoint_in_a_folder_says_its_family(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "qwen2_5_vl"}')
    found = convention_of(f"transformers/{tmp_path}", "this process")
    assert found == FAMILIES["qwen2.5-vl"]


def test_a_key_shows_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://user:password@127.0.0.1:9/v1")
    layer = build_backend("openai/gpt-4o")
    shown = []
    while layer is not None:
        shown.append(f"{layer!r} {layer.name}")
        wire = getattr(layer, "wire", None)
        shown.append(f"{wire!r} {getattr(wire, 'endpoint', '')} {getattr(wire, '_server', '')!r}")
        layer = getattr(layer, "inner", None)  # type: ignore[assignment]
    text = " ".join(shown)
    assert "secret" not in text and "password" not in text
    assert "openai/gpt-4o" in text and "http://127.0.0.1:9/v1" in text


def test_an_address_must_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("openai")
    monkeypatch.setenv("CROPSMITH_VLLM_URL", "localhost:8000")
    with pytest.raises(UsageError, match="CROPSMITH_VLLM_URL"):
        build_backend("vllm/Qwen/Qwen3-VL-8B-Instruct")
