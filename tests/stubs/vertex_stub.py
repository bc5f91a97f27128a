"""A stub of Vertex AI: Gemini's words below a project and a place, and the door that signs in."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from tests.stubs.gemini_stub import GeminiHandler, GeminiStub

TOKEN = "ya29.a-very-secret-token-0123456789"
PLACE = re.compile(r"^/v1beta1/projects/([^/]+)/locations/([^/]+)/publishers/google/")
OF_GOOGLE = re.compile(r"^/v1beta1/publishers/google/")


class VertexStub(GeminiStub):
    """The server."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.RequestHandlerClass = VertexHandler
        self.places: list[tuple[str, str]] = []
        self.signed_in = 0


class VertexHandler(GeminiHandler):
    """Signs in at /token, and answers those who have."""

    server: VertexStub

    def do_POST(self) -> None:
        if self.path != "/token":
            return super().do_POST()
        asked = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        assert asked["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        self.server.signed_in += 1
        self.send_json(200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            return self.fail(401)
        if OF_GOOGLE.match(path):
            row = {"name": f"publishers/google/models/{self.server.model}"}
            return self.send_json(200, {"publisherModels": [row]})
        place = PLACE.match(path)
        if place is None:
            return self.fail(404)
        self.server.places.append((place[1], place[2]))
        super().call(method, PLACE.sub("/v1beta1/", path), body)


def write_account(path: Path, url: str) -> Path:
    """Write the file of a service account that signs in at a stub."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    account = {
        "type": "service_account",
        "project_id": "crops",
        "private_key_id": "1",
        "private_key": text,
        "client_email": "crops@example.iam.gserviceaccount.com",
        "token_uri": f"{url}/token",
    }
    path.write_text(json.dumps(account))
    return path
