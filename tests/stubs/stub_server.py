"""What the stubs of providers share: a local HTTP server that plays faults and keeps requests."""

import json
import sys
import threading
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import pytest

from tests.stubs.faults import Fault, Spoken, read_faults, spoil
from tests.stubs.sent_picture import SentPicture

ANSWER = {"bbox_2d": [100, 100, 900, 900], "label": "subject"}


@dataclass(frozen=True)
class Received:
    """One call of the model: its text, its pictures (None: unreadable), its other parameters."""

    prompt: str
    pictures: Sequence[SentPicture | None]
    parameters: Mapping[str, Any]


class StubServer(ThreadingHTTPServer):
    """Serves one model on a free port; answers `answer`, spoilt by `faults` in their order."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        handler: type["StubHandler"],
        *,
        model: str = "stub",
        faults: str = "",
        answer: object = ANSWER,
        api_key: str | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.model = model
        self.answer = json.dumps(answer)
        self.api_key = api_key
        self.requests: list[Received] = []
        self.bodies: list[bytes] = []
        """Of every call that was posted, as it came over the wire."""
        self.answers: list[bytes] = []
        """Bodies of the answers to them, as they went out."""
        self._faults = deque(read_faults(faults))
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away: it was killed, or cancelled."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def start(self) -> Self:
        """Serve in a background thread; shutdown() is answered within a hundredth of a second."""
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def keep(self, received: Received) -> None:
        with self._lock:
            self.requests.append(received)

    def next_fault(self) -> Fault:
        with self._lock:
            return self._faults.popleft() if self._faults else Fault()


class StubHandler(BaseHTTPRequestHandler):
    """Reads a request and sends a reply; subclasses know their provider's words."""

    protocol_version = "HTTP/1.1"
    server: StubServer

    @abstractmethod
    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        """Answer one request."""

    @abstractmethod
    def error(self, status: int, delay: float | None = None, message: str = "") -> object:
        """Return the provider's error body."""

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._take("GET")

    def do_POST(self) -> None:
        self._take("POST")

    def _take(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if method == "POST":
            self.server.bodies.append(raw)
        self.call(method, self.path.split("?")[0], json.loads(raw) if raw else {})

    def play(self, text: str | None = None) -> Spoken | None:
        """Take the next fault, on `text` or the server's answer; None if that was all."""
        fault = self.server.next_fault()
        if fault.name.isdigit():
            headers = {} if fault.value is None else {"Retry-After": f"{fault.value:g}"}
            status = int(fault.name)
            self.send_json(status, self.error(status, fault.value), headers)
            return None
        if fault.name in ("slow", "hang"):
            time.sleep(fault.value or 1)
        if fault.name in ("hang", "drop"):
            self.close_connection = True
            return None
        if fault.name == "notjson":
            self._send(200, b"<html><body>Bad gateway</body></html>", "text/html", {})
            return None
        return spoil(self.server.answer if text is None else text, fault)

    def fail(self, status: int, message: str = "") -> None:
        self.send_json(status, self.error(status, message=message))

    def send_json(
        self, status: int, body: object, headers: Mapping[str, str] | None = None
    ) -> None:
        self._send(status, json.dumps(body).encode(), "application/json", headers or {})

    def _send(self, status: int, data: bytes, kind: str, headers: Mapping[str, str]) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
            if self.command == "POST":
                self.server.answers.append(data)
        except (BrokenPipeError, ConnectionResetError):  # the client gave up, as on its timeout
            self.close_connection = True


ADDRESSES = ("OPENAI_BASE_URL", "CROPSMITH_VLLM_URL", "CROPSMITH_OPENAI_COMPATIBLE_URL")
"""Variables of the servers that speak chat completions."""


def point_at(server: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every provider be asked at a stub."""
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
    for variable in ADDRESSES:
        monkeypatch.setenv(variable, f"{server.url}/v1")


def stop(servers: Iterable[StubServer]) -> None:
    """End stubs that were started."""
    for server in servers:
        server.shutdown()
        server.server_close()
