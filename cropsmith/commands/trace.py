"""`cropsmith trace`: how a crop came about, to look at, repeat and compare."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cropsmith.commands.trace_again import compare, replay, resume
from cropsmith.commands.traces_at_hand import (
    Name,
    console_for_people,
    library_of_home,
    show_in_browser,
    written,
)

if TYPE_CHECKING:
    from cropsmith.agents.trace.values import TraceStatus

app = typer.Typer(help="See how a crop came about.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    photo: Annotated[str, typer.Option(help="Part of the photo's name, or its sha256.")] = "",
    model: Annotated[str, typer.Option("--model", "-m", help="Part of the model's name.")] = "",
    status: Annotated[
        str, typer.Option(help="ok, error, running, waiting, killed.", show_default=False)
    ] = "",
    text: Annotated[str, typer.Option(help="Words of the request or of the error.")] = "",
    studies: Annotated[bool, typer.Option("--studies", help="Runs of studies too.")] = False,
    number: Annotated[int, typer.Option("-n", min=1, help="How many, newest first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON line for each trace.")] = False,
) -> None:
    """List the newest traces."""
    from cropsmith.agents.trace.library import TraceFilter
    from cropsmith.agents.trace.views.listing import table

    library = library_of_home()
    wanted = TraceFilter(
        photo=photo,
        model=model,
        status=_status(status),
        text=text,
        studies=studies,
        limit=number,
    )
    heads = library.list(wanted)
    if json:
        for head in heads:
            print(head.model_dump_json())
    elif heads:
        console_for_people().print(table(heads))
    elif library.list(TraceFilter(limit=1)):
        print("No trace fits.")
    elif library.list(TraceFilter(limit=1, studies=True)):
        print("There are runs of studies alone; --studies lists them.")
    else:
        print(f"No traces yet in {library.file}.")


@app.command()
def path() -> None:
    """Print where the traces are kept."""
    print(library_of_home().file)


@app.command()
def show(
    name: Name = "last",
    full: Annotated[bool, typer.Option(help="Every prompt and reply, whole.")] = False,
    picture: Annotated[
        bool | None,
        typer.Option("--picture/--no-picture", help="Draw the photo and its crops; in a terminal."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The trace as one JSON document.")] = False,
) -> None:
    """Tell the story of a trace, with its crops drawn."""
    from cropsmith.agents.trace.views.drawing import drawn
    from cropsmith.agents.trace.views.story import told

    library = library_of_home()
    trace = library.read(name)
    if json:
        print(trace.model_dump_json(indent=2))
        return
    console = console_for_people()
    console.print(told(trace, full=full, children=library.children(trace.head.id)))
    colours = console.is_terminal and console.color_system in ("256", "truecolor")
    if picture or (picture is None and colours):
        console.print(drawn(trace, library.images, columns=min(console.width, 100)))


@app.command("open")
def open_(
    name: Name = "last",
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the page here; do not open it.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
) -> None:
    """Show a trace in the browser, as one page that needs no network."""
    from cropsmith.agents.trace.views.page import page

    library = library_of_home()
    trace = library.read(name)
    html = page(trace, library.images, children=library.children(trace.head.id))
    if out is not None:
        print(written(out, html.encode(), force))
    else:
        show_in_browser(library, trace.head.id, html)


@app.command()
def export(
    names: Annotated[
        list[str] | None, typer.Argument(help="Ids; none means every trace.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File; else printed.")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
    schema: Annotated[bool, typer.Option(help="Print the JSON Schema of a line.")] = False,
) -> None:
    """Give traces as JSON Lines."""
    import json

    from cropsmith.agents.trace.library import TraceFilter
    from cropsmith.agents.trace.views.export import lines
    from cropsmith.agents.trace.views.export import schema as schema_of_line

    if schema:
        print(json.dumps(schema_of_line(), indent=2))
        return
    library = library_of_home()
    every_run = TraceFilter(limit=2**31, studies=True)
    ids = names or [head.id for head in library.list(every_run)]
    every = (line for name in ids for line in lines(library.read(name)))
    if out is None:
        for line in every:
            print(line)
    else:
        print(written(out, "".join(f"{line}\n" for line in every).encode(), force))


@app.command()
def gc(
    older_than: Annotated[str, typer.Option(help="Age: 30d, 12h, 90m.", show_default=False)] = "",
    max_size: Annotated[
        str, typer.Option(help="Size of traces and pictures: 500MB, 2GB.", show_default=False)
    ] = "",
    dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False,
) -> None:
    """Remove old traces and the pictures that only they refer to."""
    from cropsmith.agents.trace.gc import gc as remove
    from cropsmith.agents.trace.limits import bytes_of, seconds_of
    from cropsmith.errors import UsageError

    if not older_than and not max_size:
        raise UsageError(
            "Say what may go.", hint="For example: cropsmith trace gc --older-than 30d"
        )
    cleared = remove(
        library_of_home().home,
        older_than=seconds_of(older_than) if older_than else None,
        max_bytes=bytes_of(max_size) if max_size else None,
        dry_run=dry_run,
    )
    verb = "Would remove" if dry_run else "Removed"
    size = f"{cleared.bytes / 1e6:.1f} MB"
    print(f"{verb} {cleared.traces} traces and {cleared.pictures} pictures, {size}.")


def _status(text: str) -> "TraceStatus | None":
    from cropsmith.agents.trace.values import TraceStatus
    from cropsmith.errors import UsageError

    try:
        return TraceStatus(text) if text else None
    except ValueError as error:
        names = ", ".join(TraceStatus)
        raise UsageError(f"'{text}' is not a status.", hint=f"One of: {names}.") from error


app.command()(compare)
app.command()(replay)
app.command()(resume)
