"""`cropsmith eval`: datasets, studies, their reports, comparisons."""

import json as json_
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from cropsmith.errors import UsageError

app = typer.Typer(
    help="Measure crops on datasets; compare models in studies.",
    no_args_is_help=True,
)

STUDIO = "http://127.0.0.1:7333/traces/{}"
"""Where `cropsmith studio` shows a trace, unless it was given another port."""

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
    """List the datasets: which are here, how to get the others."""
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
    shard: Annotated[
        str, typer.Option(help="Run one part of the samples alone, such as 2/4, for eval merge.")
    ] = "",
    purse: Annotated[
        Path | None,
        typer.Option(
            help="With --shard: one purse for all, in a file that each machine reaches; a shard "
            "has its part of the ceiling if not given."
        ),
    ] = None,
    on: Annotated[
        Literal["here", "ray"],
        typer.Option(help="What answers samples: this machine, or a Ray cluster (RAY_ADDRESS)."),
    ] = "here",
    report: Annotated[
        bool, typer.Option("--report/--no-report", help="Write the report at the end.")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Run what is missing of a study. Stop it whenever you like: nothing is lost or paid twice."""
    from cropsmith.commands.evaluating import folder_of, run_study, show_plan
    from cropsmith.evals.study.shard import WHOLE, Shard

    folder = folder_of(study, out)
    if plan:
        for line in show_plan(study, folder):
            print(line)
        return
    part = Shard.parsed(shard)
    code = run_study(
        study,
        folder,
        frozenset(retry or ()),
        quiet=quiet or not sys.stderr.isatty(),
        shard=part,
        purse=purse,
        on=on,
    )
    if report and part is WHOLE:
        for path in _write(study, folder, photos="none", traces=STUDIO, parquet=False):
            print(f"wrote {path}")
    if code:
        raise typer.Exit(code)


@app.command()
def merge(
    study: StudyFile,
    shards: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of shards; those in the study's folder if not given."),
    ] = None,
    out: Out = None,
) -> None:
    """Take what shards of a study have run into its own store. Nothing is counted twice."""
    from cropsmith.commands.evaluating import folder_of
    from cropsmith.commands.sharding import merge_shards

    for line in merge_shards(study, folder_of(study, out), shards or []):
        print(line)


@app.command()
def report(
    study: StudyFile,
    out: Out = None,
    photos: Annotated[
        str,
        typer.Option(help="Under the crops: none, link (where the files lie), or thumbnails."),
    ] = "none",
    traces: Annotated[
        str,
        typer.Option(help="Address of a trace, {} for its name; empty for no links."),
    ] = STUDIO,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write Parquet beside CSV.")] = False,
    inspect: Annotated[
        bool, typer.Option("--inspect", help="Also write logs that inspect_ai's viewer opens.")
    ] = False,
    otel: Annotated[
        bool, typer.Option("--otel", help="Also send the samples as OpenTelemetry spans.")
    ] = False,
) -> None:
    """Report what a study has so far: HTML, Markdown and CSV."""
    from cropsmith.commands.evaluating import folder_of
    from cropsmith.commands.exporting import inspect_logs, send_spans

    folder = folder_of(study, out)
    for path in _write(study, folder, photos=photos, traces=traces, parquet=parquet):
        print(f"wrote {path}")
    if inspect:
        logs = inspect_logs(study, folder)
        print(f"wrote {len(logs)} logs; see them with: inspect view --log-dir {logs[0].parent}")
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
    """Compare two systems of a study photo by photo.

    Names the photos that they differ most on.
    """
    from cropsmith.commands.comparing import compare_two
    from cropsmith.commands.evaluating import folder_of

    found = compare_two(study, folder_of(study, out), first, second, measure)
    if json:
        print(json_.dumps([one.facts for one in found], indent=2))
        return
    for one in found:
        print("\n".join(one.lines))


@app.command()
def vote(
    study: StudyFile,
    out: Out = None,
    systems: Annotated[
        list[str] | None,
        typer.Option("--system", help="Only these, baselines too; all systems if not given."),
    ] = None,
    original: Annotated[
        bool, typer.Option("--original/--no-original", help="Let the whole photo compete.")
    ] = True,
    host: Annotated[
        str, typer.Option(help="Address to serve at; 0.0.0.0 lets phones nearby open it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; a free one if not given.", min=0, max=65535)] = 0,
    result: Annotated[
        bool, typer.Option("--result", help="Only tell what people chose so far.")
    ] = False,
    preferences: Annotated[
        Path | None,
        typer.Option(help="With --result: write the choices as pairs to train on, JSON lines."),
    ] = None,
) -> None:
    """Serve a page on which people choose blindly between crops."""
    from cropsmith.commands.evaluating import folder_of
    from cropsmith.commands.voting import lesson_lines, vote_lines, vote_server

    bench = study.is_dir()  # choices of the studio's, which belong to no study
    if preferences and not result:
        raise UsageError(
            "Pairs are written of what people chose so far.", hint="Give <result=True> as well."
        )
    if bench and (not result or preferences):
        raise UsageError(
            f"'{study}' is a folder: what was chosen there can only be told.",
            hint="Give --result alone, or a study file.",
        )
    folder = study if bench else folder_of(study, out)
    if not result:
        server = vote_server(study, folder, systems or (), original=original, host=host, port=port)
        print(f"Choose at {server.url}  (Ctrl-C ends it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
        finally:
            server.server_close()
    for line in vote_lines(folder):
        print(line)
    if result and not bench:
        for line in lesson_lines(study, folder, preferences):
            print(line)


@app.command()
def align(
    study: Annotated[
        Path | None, typer.Argument(metavar="STUDY", help="A study that people have voted on.")
    ] = None,
    out: Out = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="State the weight in config.toml if it is better.")
    ] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Take the weight out of config.toml again.")
    ] = False,
) -> None:
    """Tell what blind choices say of a model's own ranking.

    Of the weight that it should have, the setting own_weight.
    """
    from cropsmith.commands.evaluating import folder_of
    from cropsmith.commands.voting import weight_lines
    from cropsmith.settings import forget, home
    from cropsmith.tools.schema.plain_text import visible_line

    if reset is (study is not None) or (reset and keep):
        raise UsageError("Give a study, or --reset alone.")
    if study is None:
        left = forget("own_weight")
        said = "is stated no more" if left else "is not stated"
        print(f"own_weight {said} in {visible_line(str(left or home() / 'config.toml'))}.")
        return
    for line in weight_lines(study, folder_of(study, out), keep=keep):
        print(line)


def _write(study: Path, folder: Path, *, photos: str, traces: str, parquet: bool) -> list[Path]:
    from cropsmith.commands.evaluating import write_report

    return write_report(study, folder, photos=photos, traces=traces, parquet=parquet)
