"""Hosting: waiting for the server, and ending it whole."""

import stat
import subprocess
import time
from pathlib import Path

import pytest

from cropsmith.agents.backends.providers.hosting import (
    Hosting,
    ServerEnded,
    healthy,
    start,
)
from cropsmith.errors import UsageError
from cropsmith.evals.study.serving import free_port

FAKE = """#!/usr/bin/env python3
import http.server, subprocess, sys, time
port = int(sys.argv[sys.argv.index("--port") + 1])
print("loading", *sys.argv[1:3], flush=True)
if "--broken" in sys.argv:
    sys.exit("ValueError: this model is not supported")
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("worker", worker.pid, flush=True)
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404); self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
"""


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment whose vllm only answers /health, and has a worker to be ended."""
    command = tmp_path / "venv" / "bin" / "vllm"
    command.parent.mkdir(parents=True)
    command.write_text(FAKE)
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    return tmp_path / "venv"


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def test_a_server_is_awaited_and_ended_with_its_workers(venv: Path, tmp_path: Path) -> None:
    lines: list[str] = []
    settings = Hosting(model="Qwen/Qwen3-VL-8B-Instruct", port=free_port(), venv=venv, gpus=1)
    server = start(settings, tmp_path / "log")
    try:
        server.wait_until_healthy(30, lines.append)
        assert healthy(settings.url)
        assert "loading serve Qwen/Qwen3-VL-8B-Instruct" in lines
        with pytest.raises(UsageError, match="already answers"):
            start(settings, tmp_path / "log2")
    finally:
        server.stop()
    worker = int(next(line for line in lines if line.startswith("worker")).split()[1])
    for _ in range(50):
        if not alive(worker):
            break
        time.sleep(0.1)
    assert not alive(worker) and not healthy(settings.url)
    server.stop()  # ending twice is harmless


def test_a_server_that_ends_says_why(venv: Path, tmp_path: Path) -> None:
    settings = Hosting(model="m", port=free_port(), venv=venv, gpus=1, extra=("--broken",))
    server = start(settings, tmp_path / "log")
    with pytest.raises(ServerEnded, match="not supported"):
        server.wait_until_healthy(30)
    server.stop()


def test_a_server_that_never_answers_is_given_up(venv: Path, tmp_path: Path) -> None:
    (venv / "bin" / "vllm").write_text("#!/bin/sh\nsleep 600\n")
    settings = Hosting(model="m", port=free_port(), venv=venv, gpus=1)
    server = start(settings, tmp_path / "log")
    try:
        with pytest.raises(ServerEnded, match="not ready after 1 s"):
            server.wait_until_healthy(1)
    finally:
        server.stop()
