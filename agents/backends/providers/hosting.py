"""Hosting an open VLM: a vLLM server with flags right for cropping, started, watched, stopped."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.errors import CropsmithError, MissingExtra, UsageError

GRACE = 20.0
"""Seconds between asking a server to end and ending it."""


class ServerEnded(CropsmithError):
    """The server ended while it was starting; the last lines of its log say why."""


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """How a model is to be served."""

    model: str
    host: str = "127.0.0.1"
    port: int = 8000
    venv: Path | None = None
    """Environment with vLLM in it; None looks beside this Python and on the PATH."""
    name: str | None = None
    """Name to serve under; None takes the model's own."""
    context: int = 32768
    images: int = 40
    """Pictures per request: examples, the photo and crops of it."""
    gpus: int | None = None
    """Tensor parallel size; None takes the GPUs at hand, as a power of two."""
    extra: tuple[str, ...] = ()
    """Further arguments of `vllm serve`."""

    @property
    def url(self) -> str:
        """Where it will be reached."""
        return f"http://{self.host}:{self.port}"


def find_vllm(venv: Path | None) -> Path:
    """Return the `vllm` command. UsageError for a venv without it, MissingExtra without any."""
    if venv is not None:
        command = venv / "bin" / "vllm"
        if not command.is_file():
            raise UsageError(
                f"There is no vllm command in {venv}.", hint=f"{venv}/bin/pip install vllm"
            )
        return command
    beside = Path(sys.executable).with_name("vllm")
    found = str(beside) if beside.is_file() else shutil.which("vllm")
    if found is None:
        raise MissingExtra("Hosting a model", "vllm")
    return Path(found)


def gpus_at_hand() -> int:
    """Return how many NVIDIA GPUs the driver lists; 0 without a driver."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return 0
    listed = subprocess.run([command, "-L"], capture_output=True, text=True, check=False)
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())


def parallel(gpus: int) -> int:
    """Return the largest power of two within `gpus`: attention heads must divide evenly."""
    return 1 << (gpus.bit_length() - 1) if gpus > 0 else 1


def command_of(hosting: Hosting) -> list[str]:
    """Return the command line of the server."""
    size = hosting.gpus if hosting.gpus is not None else parallel(gpus_at_hand())
    options = {
        "--host": hosting.host,
        "--port": str(hosting.port),
        "--max-model-len": str(hosting.context),
        # One photo, its examples and its crops; never a video.
        "--limit-mm-per-prompt": json.dumps({"image": hosting.images, "video": 0}),
        # `disable_any_whitespace` ends the newline loop of grammars, and wants a named backend;
        # guidance keeps string lengths without letting control characters through.
        "--structured-outputs-config": json.dumps(
            {"backend": "guidance", "disable_any_whitespace": True}
        ),
        "--tensor-parallel-size": str(size),
    }
    if hosting.name is not None:
        options["--served-model-name"] = hosting.name
    flat = [word for pair in options.items() for word in pair]
    return [
        str(find_vllm(hosting.venv)),
        "serve",
        hosting.model,
        *flat,
        # The system text, examples and photo of a request come again in each of its calls.
        "--enable-prefix-caching",
        # Shows cached and picture tokens in the usage data.
        "--enable-prompt-tokens-details",
        *hosting.extra,
    ]


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
                    f"The server ended while starting. {_cause(lines)}",
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


def _cause(lines: Sequence[str]) -> str:
    errors = [line for line in lines if "Error" in line]
    return (errors or list(lines) or [""])[-1].strip()[-300:]


def start(hosting: Hosting, log: Path) -> Server:
    """Start a server in the background; its output goes to `log`. UsageError on a taken port."""
    if healthy(hosting.url):
        raise UsageError(
            f"A server already answers at {hosting.url}.", hint="Use it, or give another --port."
        )
    command = command_of(hosting)
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
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
