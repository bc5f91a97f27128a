import asyncio
import json
from pathlib import Path

import pytest

from cropsmith.agents.backends.providers.hosting import ServerEnded
from cropsmith.errors import UsageError
from cropsmith.evals.study.serving import Servers, hosting_for
from cropsmith.evals.study.spec import SystemSpec

# A server in three lines that takes vLLM's arguments: healthy, or ending at once.
SERVER = """#!/usr/bin/env python3
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
if "{fails}" == "yes":
    sys.exit("RuntimeError: no such weights")
port = int(sys.argv[sys.argv.index("--port") + 1])
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def spec(folder: Path, fails: str = "no", **more: object) -> SystemSpec:
    program = folder / "venv" / "bin" / "vllm"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(SERVER.replace("{fails}", fails), "utf-8")
    program.chmod(0o755)
    serve = {"venv": str(folder / "venv"), "wait": 30, "gpus": 1, **more}
    return SystemSpec.model_validate(
        {"name": "one", "model": "vllm/Qwen/Qwen3-VL-8B-Instruct", "serve": serve}
    )


def test_the_server_is_there_within_and_gone_after(tmp_path: Path) -> None:
    async def use() -> str:
        async with Servers(tmp_path).serving(spec(tmp_path)) as url:
            assert json.loads((tmp_path / "server.json").read_text())["url"] == url
            return url

    asyncio.run(use())
    assert not (tmp_path / "server.json").exists()


def test_a_server_left_by_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    async def use() -> None:
        lost = Servers(tmp_path).serving(spec(tmp_path))
        first = await lost.__aenter__()  # as if killed within: never left
        note = json.loads((tmp_path / "server.json").read_text())
        async with Servers(tmp_path).serving(spec(tmp_path)) as second:
            assert second == first
        # Another model's server is stopped, and its own started.
        (tmp_path / "server.json").write_text(json.dumps(note))
        async with Servers(tmp_path).serving(spec(tmp_path, context=2048)) as third:
            assert third != first
        await lost.__aexit__(None, None, None)

    asyncio.run(use())


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    async def use() -> None:
        async with Servers(tmp_path).serving(spec(tmp_path, fails="yes")):
            raise AssertionError("never healthy")

    with pytest.raises(ServerEnded, match="no such weights"):
        asyncio.run(use())


def test_only_vllm_models_are_served(tmp_path: Path) -> None:
    other = spec(tmp_path).model_copy(update={"model": "openai/gpt-4o"})
    with pytest.raises(UsageError, match="Only vllm/MODEL"):
        hosting_for(other)
