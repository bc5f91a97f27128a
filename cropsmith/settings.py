"""Where state is kept, and how a setting is found: argument > environment > file > default."""

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cropsmith.errors import UsageError, why

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
        raise UsageError(f"The config file {path} cannot be read: {why(error)}.") from error


@dataclass(frozen=True)
class Stated:
    """A setting that was stated outside the program, and where."""

    value: object
    origin: str
    """The variable's name, or the file's path."""


def stated(name: str) -> Stated | None:
    """Return what CROPSMITH_<NAME> says, else config.toml in home; None where neither does."""
    return all_stated((name,)).get(name)


def all_stated(names: Iterable[str]) -> Mapping[str, Stated]:
    """Return those of the settings that are stated outside the program; the file is read once."""
    found: dict[str, Stated] = {}
    others: list[str] = []
    for name in names:
        variable = f"CROPSMITH_{name.upper()}"
        if value := os.environ.get(variable, "").strip():
            found[name] = Stated(value, variable)
        else:
            others.append(name)
    path = home() / "config.toml"
    if others and path.is_file():
        file = _config(path, path.stat().st_mtime)
        given = {name: file.get(name) for name in others}
        found |= {n: Stated(value, str(path)) for n, value in given.items() if value is not None}
    return found


def misspelt(known: Iterable[str]) -> Sequence[str]:
    """Return the keys of config.toml that nothing reads."""
    path = home() / "config.toml"
    found = _config(path, path.stat().st_mtime) if path.is_file() else {}
    return sorted(found.keys() - {*known, *OTHERS})


def setting(name: str, *, default: str) -> str:
    """Return a setting that is not of a run: environment, else config.toml, else default."""
    found = stated(name)
    return default if found is None else str(found.value)


def state(name: str, value: str) -> Path:
    """State a setting in config.toml, as TOML has it; return the file.

    All other lines stay as they are. UsageError for a file that is no TOML.
    """
    # At the top: behind a table's header it would be the table's.
    return _write([f"{name} = {value}", *_without(name, _lines())])


def forget(name: str) -> Path | None:
    """Take a setting out of config.toml; return the file, None where it does not state it.

    All other lines stay as they are. UsageError for a file that is no TOML.
    """
    lines = _lines()
    kept = _without(name, lines)
    return None if kept == lines else _write(kept)


def _lines() -> list[str]:
    """Return the lines of config.toml; none where there is no file."""
    path = home() / "config.toml"
    if not path.is_file():
        return []
    _config(path, path.stat().st_mtime)  # raises for what is no TOML
    return path.read_text("utf-8").splitlines()


def _without(name: str, lines: Iterable[str]) -> list[str]:
    return [line for line in lines if line.partition("=")[0].strip() != name]


def _write(lines: Iterable[str]) -> Path:
    """Write config.toml whole; return it."""
    path = home() / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    half.replace(path)
    return path
