"""Who may ask the studio what: checked before any route sees a request.

- The Host header must name this studio, so that DNS rebinding gets nowhere.
- A session cookie (strict, not readable by scripts) is needed; the token of the start page sets it.
- What changes something must come from a page of this origin: Origin, Sec-Fetch-Site and a header
  that no form of another site can send.
- Bodies are limited while they arrive, and every answer forbids framing, sniffing and inline code.
"""

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cropsmith.studio.settings import StudioSettings

CSRF_HEADER = "x-cropsmith-csrf"
SAFE = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def session_of(settings: StudioSettings) -> str:
    """Return the cookie's value; the token itself never leaves the start page's address."""
    return _derived(settings, "session")


def csrf_of(settings: StudioSettings) -> str:
    """Return what a page must send back to change something."""
    return _derived(settings, "csrf")


def too_large(limit: int) -> str:
    """Return the sentence for a body beyond the limit."""
    return f"Photos of up to {limit / 1e6:.0f} MB are taken."


def _derived(settings: StudioSettings, purpose: str) -> str:
    return hmac.new(settings.token.encode(), purpose.encode(), hashlib.sha256).hexdigest()


class Guard:
    """ASGI middleware around the whole studio."""

    def __init__(self, app: ASGIApp, settings: StudioSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        hardened = _hardened(send)
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, hardened)
            return
        await self._app(scope, _Limited(receive, self._settings.max_upload), hardened)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        if headers.get("host", "") not in self._settings.hosts:
            return PlainTextResponse("This is not the name of this studio.", 421)
        if scope["method"] in SAFE and (entry := self._entry(scope)) is not None:
            return entry
        if not self._has_session(headers):
            return PlainTextResponse(
                "Open the studio with the address that `cropsmith studio` printed.", 401
            )
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            # A link from elsewhere may lead to a page, but nothing may be embedded or changed.
            if scope["method"] not in SAFE or headers.get("sec-fetch-mode") != "navigate":
                return PlainTextResponse("Requests from other sites are refused.", 403)
        if scope["method"] not in SAFE:
            return self._change_refusal(headers)
        return None

    def _change_refusal(self, headers: Headers) -> Response | None:
        origin = headers.get("origin")
        if origin is not None and origin != f"http://{headers['host']}":
            return PlainTextResponse("Requests from other sites are refused.", 403)
        sent = headers.get(CSRF_HEADER, "")
        if not hmac.compare_digest(sent.encode(), csrf_of(self._settings).encode()):
            return PlainTextResponse("The page is of an earlier studio: load it anew.", 403)
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._settings.max_upload:
            return PlainTextResponse(too_large(self._settings.max_upload), 413)
        return None

    def _entry(self, scope: Scope) -> Response | None:
        """Change the token of the start page's address for a cookie, and hide it."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if scope["path"] != "/" or not given:
            return None
        if not hmac.compare_digest(given[0].encode(), self._settings.token.encode()):
            return PlainTextResponse("The token is not that of this studio.", 401)
        answer = RedirectResponse(self._settings.start, 303)
        answer.set_cookie(
            self._settings.cookie,
            session_of(self._settings),
            httponly=True,
            samesite="strict",
            path="/",
        )
        return answer

    def _has_session(self, headers: Headers) -> bool:
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(self._settings.cookie)
        sent = found.value if found else ""
        return hmac.compare_digest(sent.encode(), session_of(self._settings).encode())


class _Limited:
    """Counts the bytes of a body as they come, whatever its headers said."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413, too_large(self._limit))
        return message


def _hardened(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("content-security-policy", POLICY)
            headers.setdefault("cache-control", "no-store")
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "no-referrer"
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["cross-origin-resource-policy"] = "same-origin"
        await send(message)

    return sending
