"""Runs the studio: finds its port first, so that the address it prints is right."""

import socket
import sys

import uvicorn

from cropsmith.errors import UsageError
from cropsmith.studio.app import build_app
from cropsmith.studio.settings import LOOPBACK, StudioSettings


def serve(*, host: str, port: int, model: str, max_upload: int, browse: bool) -> None:
    """Serve until interrupted. UsageError when the address cannot be had."""
    with bound(host, port) as listener:
        settings = StudioSettings(
            host=host, port=listener.getsockname()[1], model=model, max_upload=max_upload
        )
        if host not in LOOPBACK:
            print(
                "This studio can be reached from other machines, unencrypted: whoever has its "
                "address may crop and see the traces.",
                file=sys.stderr,
            )
        print(f"The studio is at {settings.url}", flush=True)
        print("Ctrl-C ends it.", flush=True)
        if browse:
            import webbrowser

            webbrowser.open(settings.url)
        config = uvicorn.Config(
            build_app(settings),
            log_level="warning",
            access_log=False,  # it would write the token down
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[listener])


def bound(host: str, port: int) -> socket.socket:
    """Return a listening socket. UsageError when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"The studio cannot listen on {host}:{port}: {error.strerror or error}.",
            hint="Choose another with --port, or 0 for any free one.",
        ) from error
    return listener
