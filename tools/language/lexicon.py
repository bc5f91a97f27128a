"""Word lists of the request grammar, from tools/language/english.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files


@cache
def _lists() -> Mapping[str, Sequence[str]]:
    """Read the file once."""
    text = files("cropsmith.tools.language").joinpath("english.toml").read_text("utf-8")
    return tomllib.loads(text)


def word_list(name: str) -> Sequence[str]:
    """Return one list."""
    return _lists()[name]
