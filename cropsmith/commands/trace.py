"""`cropsmith trace`: how a crop came about, to look at, repeat and compare."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from cropsmith.agents.trace.library import TraceLibrary
    from cropsmith.agents.trace.values import TraceStatus

app = typer.Typer(help="See how a crop came about.", no_args_is_help=True, rich_markup_mode=None)

Name = Annotated[str, typer.Argument(help='Its id, the beginning of it, or "last".')]


def _library() -> "TraceLibrary":
    from cropsmith.agents.trace.library import TraceLibrary

    return TraceLibrary()


def _console() -> "Console":
    """Return a console that takes nothing of ours as markup, emoji or things to highlight."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False, soft_wrap=True)


@app.command("list")
def list_(
    photo: Annotated[str, typer.Option(help="Part of the photo's name, or its sha256.")] = "",
    model: Annotated[str, typer.Option("--model", "-m", help="Part of the model's name.")] = "",
    status: Annotated[
        str, typer.Option(help="ok, error, running, waiting, killed.", show_default=False)
    ] = "",
    text: Annotated[str, typer.Option(help="Words of the request or of the error.")] = "",
    number: Annotated[int, typer.Option("-n", min=1, help="How many, newest first.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON line for each trace.")] = False,
) -> None:
    """List the newest traces."""
    from cropsmith.agents.trace.library import TraceFilter
    from cropsmith.agents.trace.views.listing import table

    library = _library()
    wanted = TraceFilter(photo=photo, model=model, status=_status(status), text=text, limit=number)
    heads = library.list(wanted)
    if json:
        for head in heads:
            print(head.model_dump_json())
    elif heads:
        _console().print(table(heads))
    elif library.list(TraceFilter(limit=1)):
        print("No trace fits.")
    else:
        print(f"No traces yet in {library.file}.")


@app.command()
def path() -> None:
    """Print where the traces are kept."""
    print(_library().file)


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
    """Tell the story of a trace, with the crops drawn where the terminal can."""
    from cropsmith.agents.trace.views.drawing import drawn
    from cropsmith.agents.trace.views.story import told

    library = _library()
    trace = library.read(name)
    if json:
        print(trace.model_dump_json(indent=2))
        return
    console = _console()
    console.print(told(trace, full=full))
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

    library = _library()
    trace = library.read(name)
    html = page(trace, library.images).encode()
    if out is not None:
        print(_write(out, html, force))
        return
    folder = library.home / "pages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = _write(folder / f"{trace.head.id}.html", html, force=True)
    import webbrowser

    print(target)
    webbrowser.open(target.absolute().as_uri())


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
    library = _library()
    ids = names or [head.id for head in library.list(TraceFilter(limit=2**31))]
    every = (line for name in ids for line in lines(library.read(name)))
    if out is None:
        for line in every:
            print(line)
    else:
        print(_write(out, "".join(f"{line}\n" for line in every).encode(), force))


@app.command()
def replay(
    name: Name = "last",
    since: Annotated[
        str, typer.Option("--from", help="Ask anew from this step on: decision, proposal:1, ...")
    ] = "",
    model: Annotated[
        str, typer.Option("--model", "-m", help="Model to ask from that step on.")
    ] = "",
) -> None:
    """Run a trace again from its recorded replies, without calling a model.

    The result must be the same bit for bit, else the exit code is 1. With --from, the steps from
    there on ask the model anew (--model: another one).
    """
    import asyncio

    from cropsmith.agents.replay.replay import replay as replay_trace
    from cropsmith.agents.trace.views.diff import diff
    from cropsmith.agents.trace.views.listing import differences

    library = _library()
    trace = library.read(name)
    again = asyncio.run(replay_trace(trace, library, since=since, model=model))
    compared = diff(trace, again.trace)
    console = _console()
    console.print(f"replayed {trace.head.id} as {again.trace.head.id}")
    if again.identical:
        console.print("The result is the same, bit for bit.")
    else:
        console.print(differences(compared))
        if not since and not model:
            raise typer.Exit(1)


@app.command()
def resume(
    name: Name = "last",
    choose: Annotated[
        list[str] | None,
        typer.Option(help="A candidate or x1,y1,x2,y2 for each shape; none: the model decides."),
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File or folder.")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite outputs (never an input).")] = False,
    dry_run: Annotated[bool, typer.Option(help="Decide, but write nothing.")] = False,
) -> None:
    """Go on with a run that waits for a person (crop --approve), also after a restart."""
    from cropsmith.commands.approving import resume_with
    from cropsmith.commands.cropping import Delivery

    resume_with(name, choose or (), Delivery(out=out, force=force, dry_run=dry_run))


@app.command("diff")
def diff_(
    a: Name,
    b: Name,
    full: Annotated[bool, typer.Option(help="Prompts and replies whole, line by line.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Compare two traces: where they parted, and in which prompts, boxes and scores."""
    from cropsmith.agents.trace.views.diff import diff
    from cropsmith.agents.trace.views.listing import differences

    library = _library()
    compared = diff(library.read(a), library.read(b))
    if json:
        print(compared.model_dump_json(indent=2))
    else:
        _console().print(differences(compared, full=full))


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
        _library().home,
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


def _write(path: Path, data: bytes, force: bool) -> Path:
    from cropsmith.tools.images.output import write_whole

    write_whole(path, data, force=force)
    return path
