"""`cropsmith serve`: crops over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

NEEDS = ("fastapi", "starlette", "uvicorn", "python_multipart", "prometheus_client")


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than loopback need keys.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free one.")] = 8080,
    keys: Annotated[Path | None, typer.Option(help="File of keys and their limits (TOML).")] = None,
    new_key: Annotated[
        str, typer.Option(help="Make a key of this name in the file of keys, print it, and end.")
    ] = "",
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="A model that requests may name; the first is taken."),
    ] = None,
    index: Annotated[str, typer.Option(help="Index of expert crops; off for none.")] = "off",
    jobs: Annotated[
        str,
        typer.Option(
            envvar="CROPSMITH_SERVICE_JOBS",
            help="postgresql://... to keep the jobs in; else a file in the home folder.",
        ),
    ] = "",
    workers: Annotated[int, typer.Option(min=0, max=256, help="0: one a core.")] = 0,
    public_url: Annotated[str, typer.Option(help="Signed addresses begin with it.")] = "",
    max_upload: Annotated[str, typer.Option(help="Largest body taken.")] = "64MB",
    max_queue: Annotated[int, typer.Option(min=1, help="Unfinished jobs, then 429.")] = 256,
    wait: Annotated[float, typer.Option(min=0, help="Seconds that a request waits.")] = 30.0,
    keep: Annotated[float, typer.Option(min=1, help="Seconds that results are kept.")] = 3600.0,
    drain: Annotated[float, typer.Option(min=0, help="Seconds to end in, after SIGTERM.")] = 30.0,
    allow_address: Annotated[
        list[str] | None,
        typer.Option(help="An address, not public, that photos come from or callbacks go to."),
    ] = None,
) -> None:
    """Serve crops over HTTP: jobs, batches, signed addresses."""
    import os

    from cropsmith.agents.trace.limits import bytes_of
    from cropsmith.errors import MissingExtra, UsageError

    try:
        from cropsmith.service.keys import new_key as made_key
        from cropsmith.service.server import keyring_of, listen
        from cropsmith.service.server import serve as run
        from cropsmith.service.settings import ServiceSettings, service_folder
        from cropsmith.service.signing import read_secret
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in NEEDS:
            raise
        raise MissingExtra("The service", "service") from error

    if new_key:
        if keys is None:
            raise UsageError("A new key needs a file to go to.", hint="Give --keys FILE.")
        print(made_key(keys, new_key))
        return
    ring = keyring_of(keys, host)
    listening = listen(host, port)
    with listening.socket:
        settings = ServiceSettings(
            host=host,
            port=listening.port,
            secret=read_secret(service_folder()),
            jobs=jobs,
            public_url=public_url.rstrip("/"),
            models=tuple(model or ("builtin",)),
            index=index,
            workers=workers or os.cpu_count() or 1,
            max_upload=bytes_of(max_upload),
            max_queue=max_queue,
            wait=wait,
            keep=keep,
            drain=drain,
            addresses=tuple(allow_address or ()),
        )
        run(settings, ring, listening)
