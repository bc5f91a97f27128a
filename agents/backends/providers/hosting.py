"""Hosting an open VLM: a vLLM server, started, watched, stopped."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from cropsmith.agents.backends.providers.server_log import cause_of
from cropsmith.agents.backends.providers.serving import Hosting as Hosting
from cropsmith.agents.backends.providers.serving import command_of
from cropsmith.errors import CropsmithError, UsageError

GRACE = 20.0
"""Seconds between asking a server to end and ending it."""


class ServerEnded(CropsmithError):
    """The server ended while it was starting; the message says why, in vLLM's own words."""


def healthy(url: str) -> bool:
    """Tell whether a server answers at /health."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Server:
    """A running server, the leader of its own process group."""

    def __init__(self, process: "subprocess.Popen[bytes]", hosting: Hosting, log: Path) -> None:
        self.process = process
        self.hosting = hosting
        self.log = log

    def wait_until_healthy(
        self, timeout: float, tell: Callable[[str], None] = lambda line: None
    ) -> None:
        """Wait for /health, telling each new line of the log. ServerEnded if it ends instead."""
        deadline = time.monotonic() + timeout
        told = 0
        while time.monotonic() < deadline:
            lines = self._lines()
            for line in lines[told:]:
                tell(line)
            told = len(lines)
            if self.process.poll() is not None:
                raise ServerEnded(
                    f"The server ended while starting. vLLM says: {cause_of(lines)}",
                    hint=f"Its whole log is {self.log}",
                )
            if healthy(self.hosting.url):
                return
            time.sleep(0.5)
        raise ServerEnded(
            f"The server was not ready after {timeout:.0f} s.", hint=f"Its log is {self.log}"
        )

    def stop(self) -> None:
        """End the whole group: politely, then, after a grace period, not."""
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE)
        # Workers may outlive their leader.
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def _lines(self) -> Sequence[str]:
        return self.log.read_text("utf-8", errors="replace").splitlines()


def start(hosting: Hosting, log: Path) -> Server:
    """Start a server in the background; its output goes to `log`. UsageError on a taken port."""
    if healthy(hosting.url):
        raise UsageError(
            f"A server already answers at {hosting.url}.", hint="Use it, or give another --port."
        )
    command = command_of(hosting)
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
    # The grammar of a tool parser is one that guidance refuses; calls are validated here anyway.
    environment.setdefault("VLLM_ENFORCE_STRICT_TOOL_CALLING", "0")
    # vLLM starts helpers by name: they must come from its own environment.
    environment["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{environment.get('PATH', '')}"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=environment,
        )
    return Server(process, hosting, log)
