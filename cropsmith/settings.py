"""Where state is kept, and how a setting is found: argument > environment > file > default."""

import os
import tomllib
from functools import cache
from pathlib import Path

from cropsmith.errors import UsageError


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


def setting(name: str, argument: str | None = None, *, default: str) -> str:
    """Resolve a setting: argument, else CROPSMITH_<NAME>, else config.toml in home, else default.

    An argument that equals the default still wins over the environment: only None is "not given".
    """
    if argument is not None:
        return argument
    if (value := os.environ.get(f"CROPSMITH_{name.upper()}")) is not None:
        return value
    path = home() / "config.toml"
    if path.is_file() and (found := _config(path, path.stat().st_mtime).get(name)) is not None:
        return str(found)
    return default
