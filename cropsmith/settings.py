"""Where state is kept, and how a setting is found: argument > environment > file > default."""

import os
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cropsmith.errors import UsageError

OTHERS = ("datasets", "otel")
"""Settings that are not of a run."""


def home() -> Path:
    """Return the folder of traces, indexes, images and weights (`CROPSMITH_HOME`)."""
    if given := os.environ.get("CROPSMITH_HOME"):
        return Path(given).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("cropsmith", appauthor=False))


def weights_folder() -> Path:
    """Return the folder searched for model weights (`CROPSMITH_WEIGHTS`, else `home()/weights`)."""
    given = os.environ.get("CROPSMITH_WEIGHTS")
    return Path(given).expanduser() if given else home() / "weights"


@cache
def _config(path: Path, _modified: float) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The config file {path} cannot be read: {error}.") from error


@dataclass(frozen=True)
class Stated:
    """A setting that was stated outside the program, and where."""

    value: object
    origin: str
    """The variable's name, or the file's path."""


def stated(name: str) -> Stated | None:
    """Return what CROPSMITH_<NAME> says, else config.toml in home; None where neither does."""
    variable = f"CROPSMITH_{name.upper()}"
    if value := os.environ.get(variable, "").strip():
        return Stated(value, variable)
    path = home() / "config.toml"
    if path.is_file() and (found := _config(path, path.stat().st_mtime).get(name)) is not None:
        return Stated(found, str(path))
    return None


def misspelt(known: Iterable[str]) -> Sequence[str]:
    """Return the keys of config.toml that nothing reads."""
    path = home() / "config.toml"
    found = _config(path, path.stat().st_mtime) if path.is_file() else {}
    return sorted(found.keys() - {*known, *OTHERS})


def setting(name: str, *, default: str) -> str:
    """Return a setting that is not of a run: environment, else config.toml, else default."""
    found = stated(name)
    return default if found is None else str(found.value)
