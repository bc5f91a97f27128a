"""A stub that answers every call with the bytes that it was given, whatever they are."""

from collections.abc import Mapping
from typing import Any

from tests.stubs.stub_server import StubHandler, StubServer


class OddStub(StubServer):
    """The server; `body`, `http` and `headers` may be changed between calls."""

    def __init__(self) -> None:
        super().__init__(OddHandler)
        self.body = b""
        self.http = 200
        self.headers: Mapping[str, str] = {}
        self.calls = 0

    def says(self, body: bytes, http: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Answer so from now on."""
        self.body, self.http, self.headers = body, http, headers or {}
        self.calls = 0


class OddHandler(StubHandler):
    """Sends the bytes."""

    server: OddStub

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        self.server.calls += 1
        odd = self.server
        self._send(odd.http, odd.body, "application/json", odd.headers)

    def error(self, status: int, delay: float | None = None, message: str = "") -> object:
        return {"error": {"message": message, "code": status}}
