"""The command line: `cropsmith crop`, `studio`, `index`, `models`, `trace`, `eval` and more."""

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cropsmith.commands import (
    crop,
    doctor,
    eval,
    index,
    mcp,
    models,
    prompt,
    serve,
    studio,
    taste,
    trace,
    train,
    weights,
)
from cropsmith.commands.ending import ReaderGone, Stopped, ended, made_ready
from cropsmith.errors import UsageError
from cropsmith.tools.sandbox.pool import warm


class Commands(TyperGroup):
    """The commands, kept from ending in words that are not ours."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; interrupts and a reader who has gone leave as exceptions of our own."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Stopped from error
        except BrokenPipeError as error:
            raise ReaderGone from error
        except typer.BadParameter as error:
            raise _unreadable(error) from error


def _unreadable(error: typer.BadParameter) -> UsageError:
    """Return the one sentence on a value that an option cannot take, or that is not there."""
    names = [*getattr(error.param, "opts", ()), error.param_hint]
    name = next((str(name) for name in names if name), "an option")
    if not error.message:
        shown = getattr(error.param, "metavar", None) or name
        what = name if name.startswith("-") else shown
        return UsageError(f"{what} is missing.", hint="Give <help=True> for what goes where.")
    why = error.message.partition(", unable to parse")[0].removeprefix("Value error, ").rstrip(".")
    return UsageError(f"{name}: {why[:1].lower()}{why[1:]}.")


app = typer.Typer(
    name="cropsmith",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("crop")(crop.crop)
app.add_typer(eval.app, name="eval")
app.add_typer(index.app, name="index")
app.add_typer(models.app, name="models")
app.add_typer(prompt.app, name="prompt")
app.add_typer(trace.app, name="trace")
app.add_typer(train.app, name="train")
app.add_typer(weights.app, name="weights")
app.command("mcp")(mcp.mcp)
app.command("serve")(serve.serve)
app.command("studio")(studio.studio)
app.add_typer(taste.app, name="taste")
app.command("doctor")(doctor.doctor)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"cropsmith {version('cropsmith')}")
        raise typer.Exit


@app.callback()
def cropsmith(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Say which this is."),
    ] = False,
) -> None:
    """Crop photographs the way a photographer would, from a request in plain words."""


def main() -> None:
    """Run the command line: one sentence and an exit code for whatever a person can cause."""
    made_ready()
    if "crop" in sys.argv[1:2]:
        # It imports what it needs to read photos while this process does its own imports.
        warm("cropsmith.tools.images.render")
    raise SystemExit(ended(lambda: app(prog_name="cropsmith")))


if __name__ == "__main__":
    main()
