"""The command line: `cropsmith crop`, `studio`, `index`, `models`, `trace`, `eval` and more."""

import sys

import typer

from cropsmith.commands import crop, doctor, eval, index, models, studio, taste, trace, weights
from cropsmith.errors import CropsmithError
from cropsmith.tools.schema.plain_text import visible_line

app = typer.Typer(
    name="cropsmith",
    help="Crop photographs the way a photographer would, from a request in plain words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("crop")(crop.crop)
app.add_typer(eval.app, name="eval")
app.add_typer(index.app, name="index")
app.add_typer(models.app, name="models")
app.add_typer(trace.app, name="trace")
app.add_typer(weights.app, name="weights")
app.command("studio")(studio.studio)
app.add_typer(taste.app, name="taste")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Run the command line: one sentence and an exit code for whatever a person can cause."""
    try:
        app()
    except CropsmithError as error:
        print(f"cropsmith: {visible_line(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("cropsmith: stopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        sys.stderr.close()
        sys.exit(141)
