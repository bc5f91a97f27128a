"""Runs the service: finds its port first, and drains when it is told to end."""

import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from cropsmith.errors import UsageError, why
from cropsmith.service.app import Service, build_service
from cropsmith.service.keys import Keyring, read_keys
from cropsmith.service.settings import LOOPBACK, ServiceSettings

BACKLOG = 2048
"""Connections that wait to be taken."""


class Draining(uvicorn.Server):  # type: ignore[misc]
    """A server that says so when it begins to end, so that streams leave and readiness falls."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Heed SIGTERM or Ctrl-C."""
        self._service.draining.set()
        super().handle_exit(sig, frame)


@dataclass(frozen=True)
class Listening:
    """A socket that the service has, and its port."""

    socket: socket.socket
    port: int


def keyring_of(keys: Path | None, host: str) -> Keyring:
    """Return the keys of a service; UsageError when it needs some and has none."""
    if keys is not None:
        return read_keys(keys)
    if host not in LOOPBACK:
        raise UsageError(
            "A service that other machines can reach needs keys.",
            hint="Make one with --new-key NAME --keys FILE, then start with --keys FILE.",
        )
    return Keyring.open_to_all()


def serve(settings: ServiceSettings, keys: Keyring, listening: Listening) -> None:
    """Serve until SIGTERM or Ctrl-C, then let what is under way end."""
    service = build_service(settings, keys)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"The service is at http://{host}:{settings.port}", flush=True)
    if settings.host not in LOOPBACK:
        print("It speaks unencrypted HTTP: put a proxy with TLS before it.", file=sys.stderr)
    config = uvicorn.Config(
        service.app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",  # an upgrade is answered as the plain request that it also is
        h11_max_incomplete_event_size=32_768,
        timeout_graceful_shutdown=round(settings.drain) or 1,
    )
    Draining(config, service).run(sockets=[listening.socket])


def listen(host: str, port: int) -> Listening:
    """Return a listening socket. UsageError when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"The service cannot listen on {host}:{port}: {why(error)}.",
            hint="Choose another with --port, or 0 for any free one.",
        ) from error
    return Listening(listener, listener.getsockname()[1])
