"""Serves the blind page: standard library alone, every address below a secret one."""

import io
import json
import secrets
import sys
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cropsmith.errors import CropsmithError, UsageError, why
from cropsmith.evals.vote.ballots import Ballots, Pair
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box

SIDE = 1400
"""Pixels of the photo that crops are cut from: enough for a screen."""
MOST = 4_000
"""Bytes of a choice."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KINDS = {"html": "text/html", "js": "text/javascript", "css": "text/css"}


class VoteServer(ThreadingHTTPServer):
    """Serves one study's pairs; who has the address with its secret may vote."""

    daemon_threads = True

    def __init__(self, ballots: Ballots, host: str = "127.0.0.1", port: int = 0) -> None:
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise UsageError(
                f"The page cannot be served at {host}:{port}: {why(error)}.",
                hint="Choose another with --port; a free one is taken if none is given.",
            ) from error
        self.ballots = ballots
        self.secret = secrets.token_urlsafe(16)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader that went away while it was answered: a reload does that."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """The page's address."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/{self.secret}/"


@lru_cache(maxsize=64)
def picture(path: str, box: Box) -> bytes:
    """Return a crop as a JPEG without a name or tags, at most `SIDE` pixels of the photo a side."""
    from PIL import Image

    pixels = open_photo(path).pixels(SIDE)
    height, width = pixels.shape[:2]
    left, top = round(box.x1 * width), round(box.y1 * height)
    right, bottom = max(left + 1, round(box.x2 * width)), max(top + 1, round(box.y2 * height))
    out = io.BytesIO()
    Image.fromarray(pixels[top:bottom, left:right]).save(out, "JPEG", quality=90)
    return out.getvalue()


class _Handler(BaseHTTPRequestHandler):
    server: VoteServer

    def do_GET(self) -> None:
        """Give the page, the next pair of a person, or one of its crops."""
        url = urlsplit(self.path)
        secret, _, name = url.path.removeprefix("/").partition("/")
        if not secrets.compare_digest(secret.encode(), self.server.secret.encode()):
            return self._say(404, b"Not here.", "text/plain")
        person = parse_qs(url.query).get("person", [""])[0]
        if name == "next" and not person:
            return self._json({"error": "Nobody has said who chooses."}, 400)
        if name == "next":
            return self._json(self._next(person))
        if name.startswith("crop/"):
            return self._crop(name.split("/")[1:], person)
        name = name or "vote.html"
        if name not in ("vote.html", "vote.js", "vote.css"):
            return self._say(404, b"Not here.", "text/plain")
        text = (files("cropsmith.evals.vote") / "page" / name).read_bytes()
        return self._say(200, text, KINDS[name.rpartition(".")[2]])

    def do_POST(self) -> None:
        """Keep a choice."""
        secret, _, name = self.path.removeprefix("/").partition("/")
        length = int(self.headers.get("content-length") or 0)
        # A page of another site can send no JSON here without being asked first, and is not let.
        asked = self.headers.get("content-type", "").startswith("application/json")
        known = secrets.compare_digest(secret.encode(), self.server.secret.encode())
        if not (known and name in ("vote", "undo") and asked and length <= MOST):
            return self._say(404, b"Not here.", "text/plain")
        try:
            told = json.loads(self.rfile.read(length))
            person = str(told["person"])
            if name == "undo":
                self.server.ballots.undo(person)
            else:
                self.server.ballots.choose(person, str(told["pair"]), str(told["choice"]))
        except CropsmithError as error:
            return self._json({"error": str(error)}, 400)
        except (ValueError, KeyError, TypeError):
            return self._json({"error": "That is no choice."}, 400)
        return self._json(self._next(person))

    def _next(self, person: str) -> dict[str, Any]:
        ballots = self.server.ballots
        pair: Pair | None = ballots.next_for(person)
        told = {"done": ballots.count(person), "all": len(ballots.pairs)}
        # Which system made which crop is not among what the page is told.
        return told if pair is None else {**told, "pair": pair.id, "text": pair.text}

    def _crop(self, names: list[str], person: str) -> None:
        pair = self.server.ballots.pairs.get(names[0]) if len(names) == 2 else None
        if pair is None or names[1] not in ("first", "second"):
            return self._say(404, b"Not here.", "text/plain")
        side = pair.shown_to(person)[names[1] == "second"]
        try:
            return self._say(200, picture(pair.path, side.box), "image/jpeg")
        except CropsmithError as error:
            return self._say(404, str(error).encode(), "text/plain")

    def _json(self, told: object, status: int = 200) -> None:
        self._say(status, json.dumps(told).encode(), "application/json")

    def _say(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text") else kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal shows the address, and addresses hold the secret."""
