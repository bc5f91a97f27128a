"""Conventions that a probe worked out, or that a person declared, kept per model and server."""

import json
import os
from pathlib import Path

from cropsmith.agents.backends.boxes.convention import Convention
from cropsmith.errors import UsageError
from cropsmith.settings import home
from cropsmith.tools.schema.values import Value


class Calibration(Value):
    """A verdict about one model at one server."""

    model: str
    """`provider/model`."""
    endpoint: str
    date: str
    """ISO date of the probe."""
    convention: Convention
    mean_iou: float | None = None
    """Agreement of the probe's answers with the truth; None when declared by a person."""
    schema_held: bool | None = None
    """Whether the server holds answers to a JSON schema; None when not tried."""


def _path() -> Path:
    return home() / "conventions.json"


def calibrations() -> dict[str, Calibration]:
    """Return what is stored, by model and server. UsageError if the file cannot be read."""
    path = _path()
    if not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text("utf-8"))
        return {key: Calibration.model_validate(value) for key, value in stored.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(
            f"The stored conventions in {path} cannot be read.",
            hint="Delete the file and probe the models again.",
        ) from error


def calibrated(model: str, endpoint: str) -> Convention | None:
    """Return the convention stored for a model at a server, or None."""
    found = calibrations().get(f"{model} @ {endpoint}")
    return None if found is None else found.convention


def store(calibration: Calibration) -> Path:
    """Keep a verdict, replacing an older one of the same model and server."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {**calibrations(), f"{calibration.model} @ {calibration.endpoint}": calibration}
    aside = path.with_suffix(f".{os.getpid()}.part")
    text = json.dumps({key: value.model_dump(mode="json") for key, value in kept.items()}, indent=1)
    aside.write_text(text, "utf-8")
    os.replace(aside, path)
    return path
