"""A service as its own process on loopback, and photos on a web server beside it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.cropsmith.service.web_server import Quiet, WebServer

SECRET = "a secret of sixteen or more"
SECONDS = 90.0
"""Longest wait of a test for a service that is on a busy machine."""


class Served:
    """A running `cropsmith serve`."""

    def __init__(self, home: Path, *options: str) -> None:
        environment = {
            **os.environ,
            "CROPSMITH_HOME": str(home),
            "CROPSMITH_SERVICE_SECRET": SECRET,
            "OMP_NUM_THREADS": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cropsmith.commands.main", "serve", "--port", "0", *options],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        assert "http://" in said, said
        self.url = said[said.index("http://") :].strip()
        until(lambda: httpx.get(f"{self.url}/readyz").status_code == 200)

    def client(self, key: str = "") -> httpx.Client:
        """Return a client with a key."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=SECONDS)

    def workers(self) -> list[int]:
        """Return the processes of the workers."""
        found = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
        ).stdout
        lines = [line.split(maxsplit=1) for line in found.splitlines()]
        return [int(pid) for pid, command in lines if "cropsmith.service.worker" in command]

    def kill(self) -> None:
        """End it as a machine does that is out of memory."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """End it as an operator does; return its exit code."""
        self.process.terminate()
        return self.process.wait(SECONDS)


def until(done: object, seconds: float = SECONDS) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if callable(done) and done():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError("it did not come to that in time")


@contextmanager
def serving(home: Path, *options: str) -> Iterator[Served]:
    """Run a service; end it in any case."""
    served = Served(home, *options)
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.kill()
        assert served.process.stdout is not None
        served.process.stdout.close()


class Web(WebServer):
    """A web server with one photo at /photo.jpg, and a redirect at /away to wherever."""

    def __init__(self, photo: bytes) -> None:
        self.asked: list[str] = []
        web = self

        class Handler(Quiet):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                if self.path.startswith("/away?"):
                    self.send_response(302)
                    self.send_header("location", self.path.partition("?")[2])
                    self.end_headers()
                    return
                self.send_response(200)
                self.send_header("content-length", str(len(photo)))
                self.end_headers()
                self.wfile.write(photo)

        super().__init__(Handler)
