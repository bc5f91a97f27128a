"""Runs the studio: finds its port first, so that the address it prints is right."""

import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import uvicorn

from cropsmith.errors import UsageError, why
from cropsmith.studio.app import build_app
from cropsmith.studio.desk import Desk
from cropsmith.studio.settings import LOOPBACK, StudioSettings
from cropsmith.studio.sittings.values import Wanted


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What `cropsmith studio` was told."""

    host: str
    port: int
    """0 for any free one."""
    model: str
    max_upload: int
    places: Sequence[str] = ()
    """Photos, folders and patterns: what is to be cropped at once."""
    text: str = ""
    """What is wanted of them."""
    browse: bool = True


def serve(told: Serving) -> None:
    """Serve until interrupted. UsageError when the address cannot be had, or no photo is there."""
    host = told.host
    with bound(host, told.port) as listener:
        port = listener.getsockname()[1]
        settings = StudioSettings(
            host=host, port=port, model=told.model, max_upload=told.max_upload
        )
        desk = Desk(settings)
        if told.places:
            sitting = desk.open(told.places, Wanted(text=told.text))
            settings = replace(settings, start=f"/sittings/{sitting.id}")
        if host not in LOOPBACK:
            print(
                "This studio can be reached from other machines, unencrypted: whoever has its "
                "address may crop and see the traces.",
                file=sys.stderr,
            )
        print(f"The studio is at {settings.url}", flush=True)
        print("Ctrl-C ends it.", flush=True)
        if told.browse:
            import webbrowser

            webbrowser.open(settings.url)
        config = uvicorn.Config(
            build_app(settings, desk),
            log_level="warning",
            access_log=False,  # it would write the token down
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        _Server(config, desk).run(sockets=[listener])


class _Server(uvicorn.Server):  # type: ignore[misc]
    """Ends what pages listen to before it waits for their connections to close."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the desk, then the server."""
        self._desk.close()
        await super().shutdown(sockets)


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
            f"The studio cannot listen on {host}:{port}: {why(error)}.",
            hint="Choose another with --port, or 0 for any free one.",
        ) from error
    return listener
