"""The table of model families, `families.toml`, and which models are of each.

Never extend it from a general web page: a model that no row knows is calibrated by
`cropsmith models probe` instead.
"""

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from cropsmith.agents.backends.boxes.convention import Convention


def _rows() -> Sequence[dict[str, Any]]:
    text = files("cropsmith.agents.backends.boxes").joinpath("families.toml").read_text("utf-8")
    rows: Sequence[dict[str, Any]] = tomllib.loads(text)["families"]
    return rows


_ROWS = _rows()
_NAMES = ("models", "types")

FAMILIES = MappingProxyType(
    {
        row["family"]: Convention.model_validate({k: v for k, v in row.items() if k not in _NAMES})
        for row in _ROWS
    }
)

PATTERNS = [(re.compile(pattern), row["family"]) for row in _ROWS for pattern in row["models"]]
"""First match wins; matched against the lower-case name, folders and quantisation included."""

MODEL_TYPES = MappingProxyType(
    {
        kind: [row["family"] for row in _ROWS if kind in row.get("types", ())]
        for kind in sorted({kind for row in _ROWS for kind in row.get("types", ())})
    }
)
"""`model_type` of a checkpoint's config.json -> the families that have it, in their order."""
