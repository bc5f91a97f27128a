"""The routes that tell what there is: models, presets, the schema of a result."""

from typing import Any

from fastapi import FastAPI

from cropsmith.service.routes_of_jobs import problems
from cropsmith.service.settings import ServiceSettings
from cropsmith.tools.language.presets import presets
from cropsmith.tools.schema.result import CropReport
from cropsmith.tools.schema.values import Value


class Shape(Value):
    """A shape with a name."""

    name: str
    ratio: str
    size: str = ""
    """WIDTHxHEIGHT in pixels, where the name has one."""
    words: list[str]
    """Other ways to say it."""


def add_lists(app: FastAPI, settings: ServiceSettings) -> None:
    """Add the routes."""

    @app.get("/v1/models", responses=problems())
    async def models() -> list[str]:
        """Name the models that a request may name; the first is taken where it names none."""
        return list(settings.models)

    @app.get("/v1/presets", responses=problems())
    async def shapes() -> list[Shape]:
        """Name the shapes that have names."""
        return [
            Shape(
                name=preset.key,
                ratio=str(preset.target.ratio),
                size=f"{preset.size[0]}x{preset.size[1]}" if preset.size else "",
                words=list(preset.words),
            )
            for preset in presets().values()
        ]

    @app.get("/v1/schema", responses=problems())
    async def schema() -> dict[str, Any]:
        """Return the JSON Schema of a result."""
        return CropReport.model_json_schema(mode="serialization")
