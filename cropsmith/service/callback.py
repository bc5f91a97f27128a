"""Telling a client's server that a job has ended, in the form of Standard Webhooks.

https://www.standardwebhooks.com: the headers webhook-id, webhook-timestamp and webhook-signature,
"v1," and the base64 of an HMAC-SHA256 over "ID.TIMESTAMP.BODY". Libraries of many languages verify
it. The id is the job's, the same at every try, so that who has seen it can leave it at that.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cropsmith.tools.schema.values import Value


class CallState(StrEnum):
    """How far the telling has come."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up."""


class CallView(Value):
    """A callback as the job's owner sees it."""

    url: str
    state: CallState
    tries: int = 0
    problem: str = ""
    """Of the last try."""
    due: float | None = None
    """Unix time of the next try."""


@dataclass(frozen=True)
class Call:
    """One try at telling."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def secret_of(secret: bytes, owner: str) -> str:
    """Return what an owner verifies calls with; made of the service's own secret."""
    made = hmac.new(secret, f"callback:{owner}".encode(), hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(made).decode()}"


def call_of(url: str, told: Mapping[str, Any], *, secret: str, now: int) -> Call:
    """Return the call that tells a job as its owner sees it; `now` in Unix seconds."""
    body = json.dumps({"type": f"job.{told['state']}", "timestamp": told["ended"], "data": told})
    id = str(told["id"])
    headers = {
        "content-type": "application/json",
        "user-agent": "cropsmith",
        "idempotency-key": id,
        "webhook-id": id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, id, now, body),
    }
    return Call(url, headers, body.encode())


def signature(secret: str, id: str, timestamp: int, body: str) -> str:
    """Return the signature header of a call."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = hmac.new(key, f"{id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"
