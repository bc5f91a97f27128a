"""From an HTTP status and an error body to what it means: one table for all providers."""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from typing import Any

from cropsmith.agents.backends.protocol.wire import Incapable, Trouble, WireFault
from cropsmith.errors import CropsmithError, Misconfigured, NotAllowed

BROKEN_PICTURE = re.compile(
    r"(fail\w*|cannot|could not|unable|invalid|unsupported|corrupt\w*|not)\b.{0,40}\bimage"
    r"|\b(image|picture)s?\b.{0,40}\b(cannot|corrupt|invalid|unsupported|not valid|truncated)",
    re.IGNORECASE,
)
INCAPABLE = re.compile(
    # Pictures: vLLM, SGLang, llama.cpp, OpenAI, Anthropic.
    r"at most \d+ image|too many images|(maximum|max|limit)\b.{0,40}\bimages?\b"
    r"|\bimages?\b.{0,40}\b(maximum|limit|exceed)|(not|doesn't|does not) support (image|vision)"
    # The length of the prompt.
    r"|context.{0,20}(length|window|size)|(prompt|input|request).{0,40}too (long|large|many)"
    r"|too many (input )?tokens|exceeds?.{0,40}\btokens?\b"
    # Tools.
    r"|\btools?\b|function.?call",
    re.IGNORECASE,
)
"""How servers say that they or the model cannot do what was asked."""

NO_FLAG = re.compile(r"tools param requires --jinja")
"""What llama.cpp lacks a flag for; it says so with a 500."""

LONGEST_WAIT = 86_400.0
"""Seconds above which a wish to wait is no number in earnest."""

POLICY = re.compile(r"content_policy|content_filter|usage policies|safety system", re.IGNORECASE)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait, from its headers; None for no such thing."""
    if (milliseconds := headers.get("retry-after-ms")) is not None:
        wait = seconds_of(milliseconds)
        return None if wait is None else wait / 1000
    given = headers.get("retry-after")
    if given is None:
        return None
    wait = seconds_of(given)
    if wait is not None:
        return wait
    try:
        date = email.utils.parsedate_to_datetime(given)
        return min(LONGEST_WAIT, max(0.0, date.timestamp() - time.time()))
    except (ValueError, TypeError, OverflowError):
        return None  # "soon, please": we wait as if nothing had been said


def seconds_of(text: str) -> float | None:
    """Return a time to wait, within reason; None for what is no number."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return None if math.isnan(seconds) else min(LONGEST_WAIT, max(0.0, seconds))


def error_message(body: Any) -> str:
    """Return the message of an error body, whose shape differs by server; "" if there is none."""
    if isinstance(body, str):
        return body[:300]
    if not isinstance(body, dict):
        return ""
    inner = body.get("error", body)
    if isinstance(inner, str):
        return inner[:500]
    message = inner.get("message") or inner.get("detail") or "" if isinstance(inner, dict) else ""
    return str(message)[:500]


def error_code(body: Any) -> str:
    """Return the provider's code of an error body, as text; "" if there is none."""
    inner = body.get("error", body) if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        return ""
    return str(inner.get("code") or inner.get("status") or "")[:100]


def is_policy(status: int, body: Any) -> bool:
    """Tell whether a 400 is a content filter speaking, not a fault of the request."""
    told = f"{error_code(body)} {error_message(body)}"
    return status == 400 and POLICY.search(told) is not None


def fault_of(
    status: int, body: Any, *, who: str, key: str, wait: float | None = None
) -> CropsmithError:
    """Return the error of an HTTP status: WireFault where no answer came, else the caller's fault.

    `who` names the server in the sentence, `key` the variable of its key.
    """
    message = error_message(body)
    told = f": {message}" if message else "."
    if status in (401, 403):
        return NotAllowed(f"{who} refused the key ({status}).", hint=f"Check {key}.")
    if status == 429:
        quota = error_code(body) == "insufficient_quota"
        trouble = Trouble.QUOTA if quota else Trouble.BUSY
        return WireFault(f"{who} is busy or over its quota (429){told}", trouble, retry_after=wait)
    if status == 500 and NO_FLAG.search(message):
        return Incapable(f"{who} rejects the request ({status}){told}")
    if status in (408, 409) or status >= 500:
        return WireFault(f"{who} failed ({status}){told}", Trouble.SERVER, retry_after=wait)
    if status == 400 and BROKEN_PICTURE.search(message) and "At most" not in message:
        return WireFault(f"{who} could not read a picture (400){told}", Trouble.PICTURE)
    kind = Incapable if status in (400, 413, 422) and INCAPABLE.search(message) else Misconfigured
    return kind(f"{who} rejects the request ({status}){told}")
