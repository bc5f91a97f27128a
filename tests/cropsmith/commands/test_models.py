"""`cropsmith models` and `doctor`, as a person runs them."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cropsmith.agents.backends.boxes.calibration import calibrated
from cropsmith.commands.main import app
from cropsmith.errors import CropsmithError
from tests.stubs.openai_stub import OpenaiStub

pytest.importorskip("openai")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenaiStub]:
    """A vLLM-like stub with one model."""
    running = OpenaiStub(model="acme/vision-1", dialect="vllm").start()
    monkeypatch.setenv("CROPSMITH_VLLM_URL", f"{running.url}/v1")
    monkeypatch.setenv("CROPSMITH_OPENAI_COMPATIBLE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("GEMINI_API_KEY", "secret-gemini-key-123")
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", "http://127.0.0.1:9")
    yield running
    running.shutdown()
    running.server_close()


def cropsmith(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def error_of(result: Result) -> CropsmithError:
    assert isinstance(result.exception, CropsmithError), result.output
    return result.exception


def test_list_says_what_is_ready_and_what_is_missing(server: OpenaiStub) -> None:
    out = cropsmith("models", "list").output
    assert "builtin: ready" in out
    assert "vllm/acme/vision-1  (boxes: unknown; probe it first)" in out
    assert "openai: not ready. There is no key in OPENAI_API_KEY." in out
    assert "openai-compatible: not ready" in out and "cannot be reached" in out
    assert "gemini: not ready" in out and "secret" not in out


def test_list_as_json(server: OpenaiStub) -> None:
    rows = [json.loads(line) for line in cropsmith("models", "list", "--json").output.splitlines()]
    assert {row["provider"] for row in rows} >= {"openai", "gemini", "vllm", "transformers"}
    (vllm,) = [row for row in rows if row["provider"] == "vllm"]
    assert vllm["ready"] and vllm["models"] == ["vllm/acme/vision-1"]


def test_the_table_of_families_is_shown() -> None:
    out = cropsmith("models", "list", "--families").output
    assert "qwen2.5-vl" in out and "seen pixels" in out and "QwenLM/Qwen3-VL#676" in out


def test_probe_refuses_a_model_that_does_not_look(server: OpenaiStub) -> None:
    # The stub answers every picture with the same box.
    result = cropsmith("models", "probe", "vllm/acme/vision-1")
    assert "cannot be told" in str(error_of(result))
    assert calibrated("vllm/acme/vision-1", server.url + "/v1") is None


def test_a_family_can_be_declared(server: OpenaiStub) -> None:
    out = cropsmith("models", "probe", "vllm/acme/vision-1", "--family", "qwen3-vl").output
    assert "[x1, y1, x2, y2], 0 to 1000, on the full image" in out
    kept = calibrated("vllm/acme/vision-1", server.url + "/v1")
    assert kept is not None and kept.family == "qwen3-vl" and kept.source == "declared"
    assert "boxes: qwen3-vl" in cropsmith("models", "list").output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["probe", "vlm/x"], "Did you mean vllm/x"),
        (["probe", "vllm/acme/vision-2"], "It offers: vllm/acme/vision-1"),
        (["probe", "openai/gpt-4o"], "OPENAI_API_KEY"),
        (["probe", "vllm/x", "--family", "qwen3"], "Did you mean"),
        (["serve", "m", "--venv", "/nowhere"], "no vllm command"),
    ],
)
def test_mistakes_are_one_sentence(server: OpenaiStub, words: list[str], told: str) -> None:
    server.strict_model = True
    error = error_of(cropsmith("models", *words))
    assert told in str(error)
    assert error.exit_code == 2


def test_doctor_says_where_settings_come_from(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config.toml").write_text('effrot = "quick"\nseed = 3\n')
    monkeypatch.setenv("CROPSMITH_EFFORT", "quick")
    out = cropsmith("doctor").output
    assert "effort = quick, from CROPSMITH_EFFORT" in out
    assert f"seed = 3, from {home / 'config.toml'}" in out.replace("\n", "")
    assert "config.toml has 'effrot', which is no setting" in out


def test_doctor_lists_recipes_and_those_that_cannot_be_read(home: Path) -> None:
    folder = home / "recipes"
    folder.mkdir()
    (folder / "mine.toml").write_text("tools = true", "utf-8")
    (folder / "torn.toml").write_text("tools", "utf-8")
    out = cropsmith("doctor").output
    assert "cropper, standard" in out and "mine, your own" in out
    (torn,) = [line for line in out.splitlines() if "torn.toml" in line]
    assert torn.startswith("missing") and "is not TOML" in torn


def test_doctor_says_what_is_missing_and_how_to_get_it(
    server: OpenaiStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cropsmith.agents.backends import availability as standing

    monkeypatch.setitem(standing.EXTRAS, "clip", ("embeddings", ("no_such_package",)))
    out = cropsmith("doctor").output
    assert "pip install 'cropsmith[clip]'" in out
    assert "ok       builtin" in out and "OPENAI_API_KEY" in out
    assert "secret" not in out


ONCE = """#!/usr/bin/env python3
import http.server, sys
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
address = ("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1]))
http.server.HTTPServer(address, Health).handle_request()
"""


def test_what_is_served_is_told_by_the_name_that_a_run_asks_for(tmp_path: Path) -> None:
    command = tmp_path / "venv" / "bin" / "vllm"
    command.parent.mkdir(parents=True)
    command.write_text(ONCE)  # ends once it was found healthy, as a server does at Ctrl-C
    command.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    words = ["models", "serve", "acme/vision-1", "--venv", str(tmp_path / "venv"), "--port", port]
    done = cropsmith(*words, "--", "--enable-lora", "--lora-modules", "tuned=out/tuned")
    assert done.exception is None, done.exception
    assert "  cropsmith crop PHOTO --model vllm/tuned\n" in done.stdout
    assert "vllm/acme" not in done.stdout
