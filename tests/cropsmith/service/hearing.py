"""A client's server that is called when jobs end, and answers as it is told to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.cropsmith.service.web_server import Quiet, WebServer


@dataclass(frozen=True)
class Heard:
    """One call."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """What it says."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    def is_by(self, secret: str) -> bool:
        """Verify the signature as Standard Webhooks has it."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        key = base64.b64decode(secret.removeprefix("whsec_"))
        made = hmac.new(key, signed + self.body, hashlib.sha256).digest()
        return f"v1,{base64.b64encode(made).decode()}" in self.headers["webhook-signature"].split()


class Hearing(WebServer):
    """The server. Answers with each of `answers` once, then with 204."""

    def __init__(self, *answers: int) -> None:
        self.heard: list[Heard] = []
        self.answers = list(answers)
        hearing = self

        class Handler(Quiet):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                hearing.heard.append(Heard(self.path, headers, body))
                self.send_response(hearing.answers.pop(0) if hearing.answers else 204)
                self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

        super().__init__(Handler)
