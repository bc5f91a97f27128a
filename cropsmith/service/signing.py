"""Signed addresses: a crop, or a finished picture, that a browser or CDN may fetch without a key.

`/crop/SIGNATURE/EXPIRES/PAYLOAD`: the payload is base64url of canonical JSON, the signature an
HMAC-SHA256 of "EXPIRES/PAYLOAD". Whatever is changed in the address makes the signature wrong.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path

from pydantic import Field, ValidationError

from cropsmith.errors import UsageError
from cropsmith.service.order import Sourced
from cropsmith.tools.schema.values import Value

LONGEST = 366 * 86400
"""Seconds that a signed address may last."""


class Forged(Exception):
    """The address was not signed here, or was changed."""


class Expired(Exception):
    """The address was good once."""


class Grant(Value):
    """What a signed address gives: a picture of a job, or a crop of a photo on the web."""

    owner: str
    job: str | None = None
    wish: Sourced | None = None
    index: int = Field(default=0, ge=0)
    """Which of the shapes."""


def sign(secret: bytes, grant: Grant, expires: int) -> str:
    """Return the path of a signed address; `expires` in Unix seconds."""
    plain = grant.model_dump_json(exclude_defaults=True).encode()
    payload = base64.urlsafe_b64encode(plain).decode().rstrip("=")
    return f"/crop/{_signature(secret, expires, payload)}/{expires}/{payload}"


def read(secret: bytes, signature: str, expires: str, payload: str) -> Grant:
    """Return what an address gives. Forged or Expired; nothing is read before it is proved."""
    if not (expires.isascii() and expires.isdigit() and len(expires) <= 12):
        raise Forged
    wanted = _signature(secret, int(expires), payload)
    if str(int(expires)) != expires or not hmac.compare_digest(
        wanted.encode(), signature.encode("utf-8", "replace")
    ):
        raise Forged
    if int(expires) < time.time():
        raise Expired
    try:
        plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return Grant.model_validate_json(plain)
    except (binascii.Error, ValueError, ValidationError) as error:  # signed by another version
        raise Forged from error


def read_secret(folder: Path) -> bytes:
    """Return the secret of `CROPSMITH_SERVICE_SECRET`, else the folder's own, made when missing."""
    if given := os.environ.get("CROPSMITH_SERVICE_SECRET", ""):
        if len(given) < 16:
            raise UsageError("CROPSMITH_SERVICE_SECRET must have at least 16 characters.")
        return given.encode()
    path = folder / "secret"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
    return path.read_bytes()


def _signature(secret: bytes, expires: int, payload: str) -> str:
    signed = f"{expires}/{payload}".encode()
    made = hmac.new(secret, signed, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
