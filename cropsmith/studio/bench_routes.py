"""The routes of the bench: which models can be asked, and blind choices between their crops."""

import asyncio
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import Field

from cropsmith.agents.backends.availability import standings
from cropsmith.studio.bench import Asked, Bench
from cropsmith.studio.desk import Desk
from cropsmith.studio.settings import StudioSettings
from cropsmith.tools.schema.values import Value

OFFERED = 40
"""Models of one provider that the form lists; any other can be typed."""
UNLISTED = "It lists no models: name one yourself."
"""Said of what is ready and offers none by itself: models in this process."""


class Choice(Value):
    """What a person chose, not knowing whose is whose."""

    pair: str = Field(max_length=40)
    choice: Literal["first", "second", "bad"]


def add_bench(app: FastAPI, settings: StudioSettings, desk: Desk) -> None:
    """Add the routes of the bench to an application."""
    bench = Bench(settings.home)

    @app.get("/models")
    async def models() -> list[dict[str, Any]]:
        return [
            {
                "provider": one.provider,
                "problem": one.problem or ("" if one.models else UNLISTED),
                "models": one.models[:OFFERED],
                "more": max(0, len(one.models) - OFFERED),
            }
            for one in await standings()
        ]

    @app.get("/sittings/{id}/entries/{entry}/pair")
    async def pair(id: str, entry: int) -> Asked:
        return await asyncio.to_thread(lambda: bench.asked(desk.store.sheet(id, entry)))

    @app.post("/sittings/{id}/entries/{entry}/pair")
    async def choose(id: str, entry: int, choice: Choice) -> Asked:
        def chosen() -> Asked:
            return bench.choose(desk.store.sheet(id, entry), choice.pair, choice.choice)

        return await asyncio.to_thread(chosen)
