"""A vLLM server for the systems that ask for one: started, waited for, stopped."""

import asyncio
import os
import shutil
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from cropsmith.errors import UsageError
from cropsmith.evals.study.spec import SystemSpec

VARIABLE = "CROPSMITH_VLLM_URL"
PREFIX = "vllm/"
GRACE = 20.0
"""Seconds between asking a server to stop and killing it: a busy engine ignores the first."""
IMAGES = 64
"""Pictures per request: Cropper's refinement shows 37."""


class Servers:
    """Starts servers one after the other; their logs lie beside the samples."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @asynccontextmanager
    async def serving(self, spec: SystemSpec) -> AsyncIterator[str]:
        """Serve the system's model and yield its URL; adapters find it by CROPSMITH_VLLM_URL.

        UsageError when vLLM is not there, or when the server ends or is not healthy in time.
        """
        command = command_for(spec)
        port = free_port()
        log = self._folder / f"vllm-{port}.log"
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *command,
                "--port",
                str(port),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=environment(spec),
                # The engine has processes of its own, which must go with it.
                start_new_session=True,
            )
        earlier = os.environ.get(VARIABLE)
        try:
            assert spec.serve is not None
            await _healthy(process, port, spec.serve.wait, log)
            os.environ[VARIABLE] = f"http://127.0.0.1:{port}/v1"
            yield os.environ[VARIABLE]
        finally:
            if earlier is None:
                os.environ.pop(VARIABLE, None)
            else:
                os.environ[VARIABLE] = earlier
            await _stop(process)


def command_for(spec: SystemSpec) -> list[str]:
    """Return the command that serves a system's model, without the port."""
    if spec.serve is None or not spec.model.startswith(PREFIX):
        raise UsageError(
            f"Only vllm/MODEL can be served, not {spec.model}.", hint=f"System: {spec.name}"
        )
    name = spec.model.removeprefix(PREFIX)
    folder = Path(spec.serve.venv).expanduser() / "bin" if spec.serve.venv else None
    program = shutil.which("vllm", path=str(folder) if folder else None)
    if program is None:
        where = f"in {folder}" if folder else "on the PATH"
        raise UsageError(
            f"There is no vllm {where}.",
            hint="Install it in an environment of its own and name that: serve = { venv = ... }",
        )
    weights = str(Path(spec.serve.path).expanduser()) if spec.serve.path else name
    return [
        program, "serve", weights, "--served-model-name", name, "--host", "127.0.0.1",
        "--limit-mm-per-prompt", f'{{"image": {IMAGES}, "video": 0}}', "--enable-prefix-caching",
        # Grammars of JSON otherwise allow white space without end.
        "--structured-outputs-config",
        '{"backend": "guidance", "disable_any_whitespace": true}',
        "--enable-prompt-tokens-details", *spec.serve.args,
    ]  # fmt: skip


def environment(spec: SystemSpec) -> dict[str, str]:
    """Return the server's environment: its own programs first, no usage statistics."""
    found = {**os.environ, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    if spec.serve and spec.serve.venv:
        found["PATH"] = f"{Path(spec.serve.venv).expanduser() / 'bin'}{os.pathsep}{found['PATH']}"
    return found


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _healthy(process: asyncio.subprocess.Process, port: int, wait: float, log: Path) -> None:
    until = time.monotonic() + wait
    while time.monotonic() < until:
        if process.returncode is not None:
            raise UsageError("The vLLM server ended during its start.", hint=_tail(log))
        if await asyncio.to_thread(_answers, port):
            return
        await asyncio.sleep(1)
    raise UsageError(f"The vLLM server was not healthy within {wait:g} s.", hint=_tail(log))


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _tail(log: Path) -> str:
    """Return the last line of a log that says something, and where the rest is."""
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    last = lines[-1][-300:] if lines else "It said nothing."
    return f"{last} (log: {log})"


async def _stop(process: asyncio.subprocess.Process) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            continue
    await process.wait()
