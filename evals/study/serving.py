"""A vLLM server for the systems that ask for one: started, waited for, stopped.

A run that is killed cannot stop its server. The next run finds it by the note it left, goes on
with it if it is the same, and stops it in the end.
"""

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cropsmith.agents.backends.providers.hosting import Hosting, Server, healthy, start
from cropsmith.errors import UsageError
from cropsmith.evals.study.spec import ServeSpec, SystemSpec

PREFIX = "vllm/"


@dataclass(frozen=True)
class Left:
    """A server that an earlier run could not stop."""

    pid: int
    url: str
    spec: str

    def stop(self) -> None:
        """End its whole group, if the process is still that server."""
        with suppress(OSError):
            command = Path(f"/proc/{self.pid}/cmdline").read_bytes()
            if b"vllm" in command:
                os.killpg(self.pid, signal.SIGKILL)


class Servers:
    """Starts servers one after the other; notes and logs lie beside the samples."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._note = folder / "server.json"

    @asynccontextmanager
    async def serving(self, spec: SystemSpec) -> AsyncIterator[str]:
        """Serve the system's model and yield its URL.

        UsageError, MissingExtra or ServerEnded when it cannot be had.
        """
        serve = serve_of(spec)
        wanted = f"{spec.model} {serve.model_dump_json()}"
        left = self._left()
        if left is not None and left.spec == wanted and await asyncio.to_thread(healthy, left.url):
            stop, url = left.stop, left.url
        else:
            if left is not None:
                left.stop()
            server = await self._start(hosting_for(spec), wanted)
            stop, url = server.stop, server.hosting.url
            try:
                await asyncio.to_thread(server.wait_until_healthy, serve.wait)
            except BaseException:
                stop()
                raise
        try:
            yield url
        finally:
            await asyncio.to_thread(stop)
            self._note.unlink(missing_ok=True)

    async def _start(self, hosting: Hosting, wanted: str) -> Server:
        log = self._folder / f"vllm-{hosting.port}.log"
        server = await asyncio.to_thread(start, hosting, log)
        note = {"pid": server.process.pid, "url": hosting.url, "spec": wanted}
        self._note.write_text(json.dumps(note), "utf-8")
        return server

    def _left(self) -> Left | None:
        try:
            return Left(**json.loads(self._note.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            # No note, or one half-written at a kill: then there is nothing to go on with.
            return None


def serve_of(spec: SystemSpec) -> ServeSpec:
    """Return how a system wants to be served; UsageError for a model that vLLM does not serve."""
    if spec.serve is None or not spec.model.startswith(PREFIX):
        raise UsageError(
            f"Only vllm/MODEL can be served, not {spec.model}.", hint=f"System: {spec.name}"
        )
    return spec.serve


def hosting_for(spec: SystemSpec) -> Hosting:
    """Return the server of a system: its own port, unless one is named."""
    serve = serve_of(spec)
    name = spec.model.removeprefix(PREFIX)
    return Hosting(
        model=str(Path(serve.path).expanduser()) if serve.path else name,
        name=name,
        port=serve.port or free_port(),
        venv=Path(serve.venv).expanduser() if serve.venv else None,
        context=serve.context,
        gpus=serve.gpus,
        extra=serve.args,
    )


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
