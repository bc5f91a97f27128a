"""`cropsmith studio`: the local web page."""

from typing import Annotated

import typer


def studio(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PHOTO... [REQUEST]",
            help="Files, folders or patterns, cropped at once; then the request in plain words.",
            show_default=False,
        ),
    ] = None,
    request: Annotated[str, typer.Option("--request", "-r", help="The request in words.")] = "",
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but loopback is told about.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free one.")] = 7333,
    model: Annotated[str, typer.Option("--model", "-m", help="Chosen at first.")] = "builtin",
    max_upload: Annotated[str, typer.Option(help="Largest photo taken.")] = "64MB",
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Crop in the browser: one photo, or a sitting of many."""
    from cropsmith.agents.trace.limits import bytes_of
    from cropsmith.commands.reading import read_arguments
    from cropsmith.errors import MissingExtra

    try:
        from cropsmith.studio.server import Serving, serve
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("fastapi", "starlette", "uvicorn", "jinja2"):
            raise
        raise MissingExtra("The studio", "studio") from error

    places, text = read_arguments(arguments or [], request)
    serve(
        Serving(
            host=host,
            port=port,
            model=model,
            max_upload=bytes_of(max_upload),
            places=places,
            text=text,
            browse=open_,
        )
    )
