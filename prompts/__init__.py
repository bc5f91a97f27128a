"""Prompt templates as data files, and the loader that refuses a missing or unused variable."""

import hashlib
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

_folder: ContextVar[Path | None] = ContextVar("prompt_folder", default=None)


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt and the hash of the template it came from."""

    name: str
    text: str
    template_sha256: str


@contextmanager
def replaced_by(folder: Path | None) -> Iterator[None]:
    """Take prompts from a folder where it has them, for this task: a study compares wordings."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def template(name: str) -> str:
    """Return the text of prompts/<name>.md, or of what replaces it here."""
    folder = _folder.get()
    if folder is not None and (other := folder / f"{name}.md").is_file():
        return other.read_text("utf-8")
    return files(__name__).joinpath(f"{name}.md").read_text("utf-8")


@cache
def _template(name: str) -> str:
    """Read a template once: rendering happens inside event loops, where reading files does not."""
    return files(__name__).joinpath(f"{name}.md").read_text("utf-8")


def render(name: str, **variables: object) -> Prompt:
    """Fill prompts/<name>.md with variables written ${so}; KeyError or ValueError on a mismatch."""
    text = template(name)
    wanted = set(string.Template(text).get_identifiers())
    if missing := sorted(wanted - variables.keys()):
        raise KeyError(f"prompt {name} lacks a value for: {', '.join(missing)}")
    if unused := sorted(variables.keys() - wanted):
        raise ValueError(f"prompt {name} has no use for: {', '.join(unused)}")
    return Prompt(
        name=name,
        text=string.Template(text).substitute(variables).strip(),
        template_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )
