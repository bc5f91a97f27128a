"""A web server on loopback, for what a service fetches or calls."""

import http.server
import threading


class Quiet(http.server.BaseHTTPRequestHandler):
    """Answers without a word on standard error."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class WebServer:
    """Answers by a handler until it is closed."""

    def __init__(self, handler: type[Quiet]) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
