"""Traces beside each other and anew: `cropsmith trace compare`, `replay`, `resume`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cropsmith.commands.settings_options import with_changes
from cropsmith.commands.traces_at_hand import (
    Name,
    console_for_people,
    library_of_home,
    show_in_browser,
    written,
)
from cropsmith.tools.schema.plain_text import visible_line


@with_changes
def replay(
    name: Name = "last",
    since: Annotated[
        str, typer.Option("--from", help="Ask anew from this step on: decision, proposal:1, ...")
    ] = "",
    *,
    changes: Mapping[str, Any],
) -> None:
    """Run a trace again, or go on from one of its steps.

    Without options no model is called: the result must be the same bit for bit, else the exit code
    is 1. With --from the steps from there on ask the model anew; settings that are given hold from
    there on, all others are those of the trace.
    """
    import asyncio

    from cropsmith.agents.replay.replay import replay as replay_trace
    from cropsmith.agents.trace.views.compared import compared, parted
    from cropsmith.agents.trace.views.comparison import compare as compare_runs
    from cropsmith.agents.trace.views.parting import parting

    library = library_of_home()
    trace = library.read(name)
    again = asyncio.run(replay_trace(trace, library, since=since, changes=changes))
    a, b = trace.head.id, again.trace.head.id
    console = console_for_people()
    if since or changes:
        console.print(f"{b} goes on from {a}\n")
        console.print(compared(compare_runs([trace, again.trace])))
        if again.trace.head.error:
            print(f"cropsmith: {visible_line(again.trace.head.error)}", file=sys.stderr)
            raise typer.Exit(1)
        return
    console.print(f"replayed {a} as {b}")
    if again.identical:
        console.print("The result is the same, bit for bit.")
    else:
        console.print(parted(parting(trace, again.trace), (a, b)))
        raise typer.Exit(1)


def resume(
    name: Name = "last",
    choose: Annotated[
        list[str] | None,
        typer.Option(help="A candidate or x1,y1,x2,y2 for each shape; none: the model decides."),
    ] = None,
    reject: Annotated[
        bool, typer.Option("--reject", help="No crop is wanted: end the run, write nothing.")
    ] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File or folder.")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite outputs (never an input).")] = False,
    dry_run: Annotated[bool, typer.Option(help="Decide, but write nothing.")] = False,
) -> None:
    """Go on with a run that waits for a person (crop --approve).

    Also after a restart. What crop was told of the files (--out, --format, ...) holds on.
    """
    from cropsmith.batch.delivery import Delivery
    from cropsmith.commands.approving import reject_run, resume_with
    from cropsmith.errors import UsageError

    if reject and choose:
        raise UsageError("A run is decided or rejected, not both.", hint="Leave out <choose>.")
    if reject:
        reject_run(name)
        return
    if code := resume_with(name, choose or (), Delivery(out=out, force=force, dry_run=dry_run)):
        raise typer.Exit(code)


def compare(
    names: Annotated[list[str], typer.Argument(help="Ids of two to six runs of one photo.")],
    full: Annotated[bool, typer.Option(help="Every change to the last word.")] = False,
    browse: Annotated[bool, typer.Option("--open", help="Show them in the browser.")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the page, or the JSON, here.")
    ] = None,
    force: Annotated[bool, typer.Option(help="Overwrite the file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Compare runs of a photo, and tell where they parted."""
    from cropsmith.agents.trace.verdicts import verdicts
    from cropsmith.agents.trace.views.compared import compared
    from cropsmith.agents.trace.views.comparison import compare as compare_runs
    from cropsmith.agents.trace.views.comparison_page import comparison_page

    library = library_of_home()
    traces = [library.read(name) for name in names]
    comparison = compare_runs(traces, verdicts(library.home))
    if json and out is not None:
        print(written(out, comparison.model_dump_json(indent=2).encode(), force))
    elif json:
        print(comparison.model_dump_json(indent=2))
    elif out is not None:
        html = comparison_page(comparison, traces, library.images)
        print(written(out, html.encode(), force))
    elif browse:
        html = comparison_page(comparison, traces, library.images)
        show_in_browser(library, "-".join(trace.head.id for trace in traces), html)
    else:
        console_for_people().print(compared(comparison, full=full))
