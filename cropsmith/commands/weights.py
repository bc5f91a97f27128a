"""`cropsmith weights`: what can be fetched by name, what is here."""

from typing import Annotated

import typer

app = typer.Typer(
    help="Model weights that are fetched once, by name and checksum.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_weights() -> None:
    """List the named weights and hub models, and which are here."""
    from cropsmith.settings import weights_folder
    from cropsmith.tools.grounding.owl import KNOWN
    from cropsmith.tools.models.weights import (
        WeightsMissing,
        find_weights,
        local_model,
        weight_files,
    )
    from cropsmith.vectorstore import clip_weights

    typer.echo(f"Folder: {weights_folder()}")
    for name, row in weight_files().items():
        try:
            state = "here" if find_weights(name) else "not here"
        except WeightsMissing:
            state = "damaged: fetch it again"
        typer.echo(f"{name:38}  {state:9}  {row.bytes / 1e6:.1f} MB, {row.licence}: {row.about}")
    clip = "here" if clip_weights.at_hand() else "not here"
    typer.echo(f"{clip_weights.DEFAULT:38}  {clip}, for open_clip")
    for name in KNOWN:
        place = local_model(name)
        typer.echo(f"{name:38}  {'here' if place else 'not here'}{f'  {place}' if place else ''}")


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help="A name of `cropsmith weights list`.")],
) -> None:
    """Fetch named weights into the weights folder, unless they are there."""
    from rich.console import Console
    from rich.progress import Progress

    from cropsmith.tools.models.weights import fetch as fetch_weights

    with Progress(transient=True, console=Console(stderr=True)) as bars:
        bar = bars.add_task(f"Fetching {name}", total=None)
        path = fetch_weights(
            name, lambda done, total: bars.update(bar, completed=done, total=total)
        )
    typer.echo(str(path))
