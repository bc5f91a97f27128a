"""Prompt templates as data files, and the loader that refuses a missing or unused variable."""

import hashlib
import string
from collections.abc import Collection, Iterator
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
    if (other := _replaced(name)) is not None:
        return other.read_text("utf-8")
    return _template(name)


def _replaced(name: str) -> Path | None:
    folder = _folder.get()
    other = None if folder is None else folder / f"{name}.md"
    return other if other is not None and other.is_file() else None


@cache
def _template(name: str) -> str:
    """Read a template once: rendering happens inside event loops, where reading files does not."""
    return files(__name__).joinpath(f"{name}.md").read_text("utf-8")


def checked(name: str, variables: Collection[str]) -> str:
    """Return the text of a template that these variables fill.

    KeyError when it wants another, ValueError when it has no use for one; wordings of a set may
    leave things out.
    """
    text = template(name)
    wanted = set(string.Template(text).get_identifiers())
    if missing := sorted(wanted - set(variables)):
        raise KeyError(f"prompt {name} lacks a value for: {', '.join(missing)}")
    unused = sorted(set(variables) - wanted)
    if unused and not _replaced(name):
        raise ValueError(f"prompt {name} has no use for: {', '.join(unused)}")
    return text


def hash_of(text: str) -> str:
    """Return the sha256 of a template's text."""
    return hashlib.sha256(text.encode()).hexdigest()


def render(name: str, **variables: object) -> Prompt:
    """Fill prompts/<name>.md with variables written ${so}; raises as `checked` does."""
    text = checked(name, variables.keys())
    filled = string.Template(text).substitute(variables).strip()
    return Prompt(name=name, text=filled, template_sha256=hash_of(text))
