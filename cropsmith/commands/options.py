"""Arguments of `crop()` by the options that stand for them on the command line."""

from cropsmith.agents.settings.rows import rows
from cropsmith.errors import CropsmithError

OWN = {
    "keep": "--as-is/--always-crop",
    "n": "-n",
    "text": "REQUEST",
    "since": "--from",
    "jobs": "--jobs",
}
"""Those whose option is not their name."""


def option_of(argument: str, value: str = "") -> str:
    """Return how a person states an argument: "--keep-out"; "=False" makes it "--no-trace"."""
    settings = {row.name: row.option for row in rows()}
    known = {**settings, **OWN}.get(argument, f"--{argument.replace('_', '-')}")
    yes, slash, other = known.partition("/")
    return other if slash and value == "=False" else yes


def spoken(error: CropsmithError) -> str:
    """Return what an error says to who typed a command."""
    return error.spoken(option_of)
