"""`cropsmith eval`: datasets, studies, their reports, comparisons."""

import json as json_
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Measure crops on datasets; compare models in studies that can be stopped and resumed.",
    no_args_is_help=True,
)

StudyFile = Annotated[
    Path, typer.Argument(metavar="STUDY", help="The study file: TOML or YAML.", show_default=False)
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Folder of samples and reports; STUDY.study if not given."),
]


@app.command()
def datasets(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(help="Where to look; CROPSMITH_DATASETS, else the folder datasets in home."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Read what is found and tell what is wrong with it.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the known datasets: which are here, what they offer, how to get the others."""
    from cropsmith.commands.evaluating import list_datasets
    from cropsmith.settings import home, setting

    given = folders or [
        Path(part).expanduser()
        for part in setting("datasets", default=str(home() / "datasets")).split(os.pathsep)
    ]
    rows = list_datasets(given, check=check)
    if json:
        print(json_.dumps([row.facts for row in rows], indent=2))
        return
    for row in rows:
        print("\n".join(row.lines))


@app.command()
def run(
    study: StudyFile,
    out: Out = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only tell what would be run, its cost and its time.")
    ] = False,
    retry: Annotated[
        list[str] | None,
        typer.Option(help="Also try again samples that ended so: refused, invalid, ..."),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write the report at the end.")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run what is missing of a study. Stop it whenever you like: nothing is lost or paid twice."""
    from cropsmith.commands.evaluating import folder_of, run_study, show_plan

    folder = folder_of(study, out)
    if plan:
        for line in show_plan(study, folder):
            print(line)
        return
    code = run_study(study, folder, frozenset(retry or ()), quiet=quiet or not sys.stderr.isatty())
    if report:
        for path in _write(study, folder, photos="none", traces="", parquet=False):
            print(f"wrote {path}")
    if code:
        raise typer.Exit(code)


@app.command()
def report(
    study: StudyFile,
    out: Out = None,
    photos: Annotated[
        str,
        typer.Option(help="Under the crops: none, link (where the files lie), or thumbnails."),
    ] = "none",
    traces: Annotated[
        str, typer.Option(help="Address of a trace, {} for its name, for links to it.")
    ] = "",
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet beside CSV.")] = False,
    otel: Annotated[
        bool, typer.Option("--otel", help="Also send the samples as OpenTelemetry spans.")
    ] = False,
) -> None:
    """Write the report of what a study has so far: HTML, Markdown and CSV."""
    from cropsmith.commands.evaluating import folder_of, send_spans

    folder = folder_of(study, out)
    for path in _write(study, folder, photos=photos, traces=traces, parquet=parquet):
        print(f"wrote {path}")
    if otel:
        print(f"sent {send_spans(study, folder)} spans")


@app.command()
def compare(
    study: StudyFile,
    first: Annotated[str, typer.Argument(help="A system of the study.")],
    second: Annotated[str, typer.Argument(help="Another.")],
    out: Out = None,
    measure: Annotated[
        str, typer.Option(help="A figure's key, such as iou; the table's own if not given.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two systems of a study photo by photo, and name the photos they differ most on."""
    from cropsmith.commands.evaluating import compare_two, folder_of

    found = compare_two(study, folder_of(study, out), first, second, measure)
    if json:
        print(json_.dumps([one.facts for one in found], indent=2))
        return
    for one in found:
        print("\n".join(one.lines))


def _write(study: Path, folder: Path, *, photos: str, traces: str, parquet: bool) -> list[Path]:
    from cropsmith.commands.evaluating import write_report

    return write_report(study, folder, photos=photos, traces=traces, parquet=parquet)
