"""Agents that crop photographs.

    from cropsmith import crop
    crop("photo.jpg", "the dog, square").save("dog.jpg")

Runs before any cropsmith.* module is imported, so everything is imported at its first use.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cropsmith.agents.graph import build_graph
    from cropsmith.agents.runs.crop_result import CropResult
    from cropsmith.agents.settings.run_settings import RunSettings
    from cropsmith.api import acrop, crop, stream
    from cropsmith.errors import CropsmithError
    from cropsmith.tools.schema.geometry import Box, Size
    from cropsmith.tools.schema.ratio import Ratio
    from cropsmith.tools.schema.request import CropRequest

__all__ = [
    "Box",
    "CropRequest",
    "CropResult",
    "CropsmithError",
    "Ratio",
    "RunSettings",
    "Size",
    "acrop",
    "build_graph",
    "crop",
    "stream",
]

_HOMES = {
    "Box": "tools.schema.geometry",
    "CropRequest": "tools.schema.request",
    "CropResult": "agents.runs.crop_result",
    "CropsmithError": "errors",
    "Ratio": "tools.schema.ratio",
    "RunSettings": "agents.settings.run_settings",
    "Size": "tools.schema.geometry",
    "acrop": "api",
    "build_graph": "agents.graph",
    "crop": "api",
    "stream": "api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cropsmith' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"cropsmith.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
