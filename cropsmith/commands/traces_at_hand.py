"""What the commands of traces share: the library, a console, pages that open in the browser."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from cropsmith.agents.trace.library import TraceLibrary

PIPED = 160
"""Columns of a table that goes to a file or another program."""


def library_of_home() -> "TraceLibrary":
    """Return the traces of the state folder."""
    from cropsmith.agents.trace.library import TraceLibrary

    return TraceLibrary()


def console_for_people() -> "Console":
    """Return a console that takes nothing of ours as markup, emoji or things to highlight."""
    from rich.console import Console

    # In a pipe nobody's window is to be fitted: lines stay whole.
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED
    return Console(markup=False, emoji=False, highlight=False, soft_wrap=True, width=width)


def show_in_browser(library: "TraceLibrary", name: str, html: str) -> None:
    """Open a page in the browser, from a file that only its owner can read."""
    import webbrowser

    folder = library.home / "pages"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = written(folder / f"{name}.html", html.encode(), force=True)
    print(target)
    webbrowser.open(target.absolute().as_uri())


def written(path: Path, data: bytes, force: bool) -> Path:
    """Write a file whole or not at all, and return its path."""
    from cropsmith.tools.images.output import write_whole

    write_whole(path, data, force=force)
    return path


Name = Annotated[str, typer.Argument(help='Its id, the beginning of it, or "last".')]
