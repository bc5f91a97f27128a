"""What went over the wire: each request as it was sent, and the reply as it came.

An HTTP client with our `hooks` writes every request down, whoever makes it: the first one, a retry,
a repair round, one without a schema because the server takes none. Nothing is made up afterwards.
"""

import contextvars
import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cropsmith.agents.backends.protocol.backend import Called, Picture, Tokens, ToolOutcome
from cropsmith.agents.backends.protocol.bounded_body import read_within
from cropsmith.agents.backends.protocol.secrets import without_login
from cropsmith.agents.backends.protocol.wire import WireRequest
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value

WHOLE = 2**20
"""Bytes of a reply that are kept as they came; of a longer one only its ends, and its hash."""
END = 2**16

TELLING = frozenset(
    {
        "content-type", "date", "retry-after", "server", "user-agent", "via", "x-request-id",
        "request-id", "openai-processing-ms", "openai-version", "x-goog-api-client",
    }
)  # fmt: skip
"""Headers that are kept, beside those on rates: none that could hold a key or a cookie."""


class ShownPicture(Value):
    """A picture of a request: `mark` stands in the text where its base64 was."""

    mark: str
    sha256: str
    size: Size


class Attempt(Value):
    """One request, and what came of it."""

    why: str = ""
    """Why it was made: empty for the first, else what was wrong before."""
    started: float
    """Unix time, seconds."""
    seconds: float = 0.0
    url: str = ""
    """Without login and query; empty for a model within this process."""
    method: str = ""
    sent: str = ""
    """The body as it was sent, each picture's base64 replaced by its mark."""
    pictures: tuple[ShownPicture, ...] = ()
    headers: dict[str, str] = {}
    """Of the request, those that matter."""
    http: int | None = None
    """Status of the answer; None when none came."""
    answered: dict[str, str] = {}
    """Headers of the answer, those that matter."""
    raw: str = ""
    """The body of the answer as it came; of a long one its ends."""
    raw_bytes: int = 0
    raw_sha256: str = ""
    """Of the whole body, where only its ends are kept."""
    status: str = ""
    """How it was read: a reply's status, or "fault"."""
    reason: str = ""
    tokens: Tokens = Tokens()
    cost: float | None = None
    """US dollars; None when the price is not known."""


@dataclass
class Tape:
    """The attempts of one ask, in the order in which they were made."""

    attempts: list[Attempt] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    """By sha256: what was shown, at the size sent."""
    why: str = ""
    """Why the next attempt is made."""
    _showing: Sequence[Picture] = ()

    def last(self, **changes: Any) -> None:
        """Complete the latest attempt."""
        self.attempts[-1] = self.attempts[-1].model_copy(update=changes)

    def add(self, **facts: Any) -> None:
        """Begin an attempt."""
        self.attempts.append(Attempt(why=self.why, started=time.time(), **facts))
        self.why = ""


taping: contextvars.ContextVar[Tape | None] = contextvars.ContextVar("taping", default=None)
"""The tape of the ask under way; None where nobody records."""


def because(why: str) -> None:
    """Say why the next attempt is made."""
    if (tape := taping.get()) is not None:
        tape.why = why


@contextmanager
def sending(request: WireRequest) -> Iterator[Tape | None]:
    """Name the pictures of the request that is sent within; a wire without HTTP is taped as well.

    What it raises is written to the attempt that it ends.
    """
    if (tape := taping.get()) is None:
        yield None
        return
    tape._showing = [p for m in request.messages for p in m.parts if isinstance(p, Picture)]
    tape.pictures |= {picture.sha256: picture for picture in tape._showing}
    known, started = len(tape.attempts), time.perf_counter()
    try:
        yield tape
    except BaseException as error:  # a deadline cancels, and the attempt says so
        if len(tape.attempts) == known:
            tape.add(**_spoken(request))
        tape.last(status="fault", reason=str(error) or "broken off")
        raise
    else:
        if len(tape.attempts) == known:
            tape.add(**_spoken(request))
            tape.last(seconds=time.perf_counter() - started)


def hooks() -> Mapping[str, Any]:
    """Return the event hooks of an HTTP client that reads within limits, and is taped."""

    async def sent(request: Any) -> None:
        if (tape := taping.get()) is None:
            return
        body, shown = without_pictures(await request.aread(), tape._showing)
        tape.add(
            url=without_login(str(request.url)),
            method=request.method,
            sent=body,
            pictures=shown,
            headers=_telling(request.headers),
        )

    async def answered(response: Any) -> None:
        if (tape := taping.get()) is None:
            return
        began = tape.attempts[-1].started
        try:
            body = await response.aread()
        except Exception as error:
            tape.last(http=response.status_code, reason=f"The answer broke off: {error}")
            raise
        tape.last(
            http=response.status_code,
            answered=_telling(response.headers),
            seconds=time.time() - began,
            **_kept(body),
        )

    return {"request": [sent], "response": [read_within, answered]}


def without_pictures(
    body: bytes, pictures: Sequence[Picture]
) -> tuple[str, tuple[ShownPicture, ...]]:
    """Return a body as text, the base64 of the pictures (either alphabet) replaced by marks."""
    shown = []
    for picture in {picture.sha256: picture for picture in pictures}.values():
        standing = _shown(picture)
        code = picture.base64.encode()
        if (short := _replaced(body, code, standing.mark.encode())) is body:
            code = code.translate(bytes.maketrans(b"+/", b"-_"))
            short = _replaced(body, code, standing.mark.encode())
        if short is not body:
            shown.append(standing)
        body = short
    return body.decode("utf-8", "backslashreplace"), tuple(shown)


def _shown(picture: Picture) -> ShownPicture:
    mark = f"[picture {picture.sha256[:16]}]"
    return ShownPicture(mark=mark, sha256=picture.sha256, size=picture.size)


def _replaced(body: bytes, code: bytes, mark: bytes) -> bytes:
    # A search for megabytes is slow to prepare: for the beginning, then a plain comparison.
    start, parts, at = code[:128], [], 0
    found = body.find(start)
    while found >= 0:
        end = found + len(code)
        if body[found:end] == code:
            parts += [body[at:found], mark]
            at = end
        found = body.find(start, max(at, found + 1))
    return b"".join((*parts, body[at:])) if parts else body


def _telling(headers: Any) -> dict[str, str]:
    kept = {}
    for name, value in headers.items():
        if (low := name.lower()) in TELLING or "ratelimit" in low:
            kept[low] = str(value)
    return kept


def _kept(body: bytes) -> dict[str, Any]:
    """Return a body as text; of a long one its ends, its size and its hash."""
    facts: dict[str, Any] = {"raw_bytes": len(body)}
    if len(body) > WHOLE:
        facts["raw_sha256"] = hashlib.sha256(body).hexdigest()
        left_out = f"\n[... {len(body) - 2 * END} bytes left out ...]\n".encode()
        body = body[:END] + left_out + body[-END:]
    return {**facts, "raw": body.decode("utf-8", "backslashreplace")}


def _spoken(request: WireRequest) -> dict[str, Any]:
    """Return what a model within this process is told, as JSON in the words of chat completions."""
    body, shown = [], {}
    for message in request.messages:
        parts = []
        for part in message.parts:
            if isinstance(part, Picture):
                standing = shown[part.sha256] = _shown(part)
                parts.append(standing.mark)
            elif isinstance(part, Called):
                parts += [f"{call.name}({call.arguments})" for call in part.calls]
            elif isinstance(part, ToolOutcome):
                parts.append(part.text)
            else:
                parts.append(part)
        texts = [{"type": "text", "text": text} for text in parts]
        body.append({"role": message.role, "content": texts})
    told = {
        "messages": body,
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
    }
    return {"sent": json.dumps(told, ensure_ascii=False), "pictures": tuple(shown.values())}
