"""What the errors of a server that speaks chat completions mean, wherever they stand."""

import re
from typing import Any

from cropsmith.agents.backends.calls.http_faults import (
    error_code,
    error_message,
    fault_of,
    is_policy,
)
from cropsmith.agents.backends.protocol.backend import Tokens
from cropsmith.agents.backends.protocol.secrets import Key
from cropsmith.agents.backends.protocol.wire import Finish, WireReply


def refusal(status: int, body: Any, who: str, key: Key, wait: float | None = None) -> WireReply:
    """Return what a content filter's 400 is, an answer; raise what any other error means."""
    message = key.scrub(error_message(body))
    if is_policy(status, body):
        return WireReply(text="", finish=Finish.BLOCKED, tokens=Tokens(), reason=message)
    told = {"error": {"message": message, "code": error_code(body) or None}}
    # "from None": the SDK's errors carry the request, and with it the key.
    raise fault_of(status, told, who=who, key=key.variable, wait=wait) from None


def within(error: dict[str, Any], who: str, key: Key) -> WireReply:
    """Return or raise what an error inside a 200 means, as if its code had been the status."""
    code = error_code(error)
    status = int(code) if re.fullmatch(r"[45]\d\d", code) else 500
    if code in ("rate_limit_exceeded", "insufficient_quota"):
        status = 429
    return refusal(400 if is_policy(400, error) else status, error, who, key)
