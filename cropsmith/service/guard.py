"""Who may ask the service what: checked before any route sees a request, and counted.

- A key names the owner; its limits are kept here. Without keys the service is for this machine
  alone: the Host header must name it, and pages of other sites are refused.
- Bodies are limited while they arrive, in bytes and in time.
- Every answer forbids sniffing, scripts and, unless a route says otherwise, being kept.
"""

import asyncio
import time
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cropsmith.service.keys import Keyring
from cropsmith.service.metrics import Metrics
from cropsmith.service.problems import Refused, answer, refused
from cropsmith.service.settings import ServiceSettings

OWNER = "cropsmith.owner"
"""Where the scope of a request says whose it is."""

OPEN = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
SIGNED = "/crop/"


def owner_of(scope: Scope) -> str:
    """Return whose request it is; the guard has proved it."""
    owner: str = scope[OWNER]
    return owner


class Guard:
    """ASGI middleware around the whole service."""

    def __init__(
        self, app: ASGIApp, settings: ServiceSettings, keys: Keyring, metrics: Metrics
    ) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        began = time.monotonic()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(MutableHeaders(scope=message))
                self._metrics.requests.labels(status=str(message["status"])).inc()
                self._metrics.request_seconds.observe(time.monotonic() - began)
            await send(message)

        try:
            self._check(scope)
        except Refused as no:
            await answer(no.problem, no.headers)(scope, receive, sending)
            return
        await self._app(scope, _Limited(receive, self._settings), sending)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if not self._keys.needed:
            self._check_local(headers)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise refused(400, "bad-request", "The length of the body is no number.")
        if int(length) > self._settings.max_upload:
            raise _too_large(self._settings)
        if scope["path"] in OPEN or scope["path"].startswith(SIGNED):
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        sent = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        owner = self._keys.owner_of(sent)
        if owner is None:
            raise refused(401, "no-key", "The request has no key of this service.")
        if seconds := self._keys.take(owner):
            raise refused(429, "too-many-requests", "The key's rate is spent.", retry=seconds)
        scope[OWNER] = owner

    def _check_local(self, headers: Headers) -> None:
        """Refuse what a page of another site may have a browser send."""
        if headers.get("host", "") not in self._settings.hosts:
            raise refused(421, "wrong-host", "This is not the name of this service.")
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != headers["host"]
        if foreign or headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            raise refused(403, "other-site", "Requests from other sites are refused.")


class _Limited:
    """Counts the bytes and the seconds of a body as it comes, whatever its headers said."""

    def __init__(self, receive: Receive, settings: ServiceSettings) -> None:
        self._receive = receive
        self._settings = settings
        self._left = settings.max_upload
        self._deadline = time.monotonic() + settings.body_seconds
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        try:
            left = max(0.01, self._deadline - time.monotonic())
            message = await asyncio.wait_for(self._receive(), left)
        except TimeoutError:
            raise refused(408, "too-slow", "The body took too long to arrive.") from None
        self._left -= len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._left < 0:
            raise _too_large(self._settings)
        return message


def _too_large(settings: ServiceSettings) -> Refused:
    limit = f"Bodies of up to {settings.max_upload} bytes are taken."
    return refused(413, "too-large", "The body is too large.", detail=limit)


def _harden(headers: MutableHeaders) -> None:
    headers.setdefault("cache-control", "no-store")
    headers["content-security-policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "no-referrer"
