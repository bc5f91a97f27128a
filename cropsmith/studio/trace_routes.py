"""Past runs in the studio: their list, the page of one, several compared, and going on from one."""

import asyncio
from typing import Annotated

from fastapi import FastAPI, Query
from pydantic import Field
from starlette.responses import HTMLResponse, Response

from cropsmith.agents.trace.gc import remove_ended
from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.verdicts import verdicts
from cropsmith.agents.trace.views.comparison import compare
from cropsmith.agents.trace.views.comparison_page import SHEET as COMPARISON
from cropsmith.agents.trace.views.comparison_page import comparison_page
from cropsmith.agents.trace.views.document import Sheet, Studio, policy
from cropsmith.agents.trace.views.page import SHEET as TRACE
from cropsmith.agents.trace.views.page import page
from cropsmith.studio.guard import csrf_of
from cropsmith.studio.onward import Onward
from cropsmith.studio.pages import Pages
from cropsmith.studio.settings import StudioSettings
from cropsmith.tools.schema.values import Value

LISTED = 50
"""Runs on one page of the list."""


class Change(Value):
    """From which step to go on, and what is other from there."""

    since: str = Field(min_length=1, max_length=80)
    changes: dict[str, str] = Field(default_factory=dict, max_length=40)


class Doomed(Value):
    """The traces that are to be deleted."""

    traces: tuple[str, ...] = Field(min_length=1, max_length=LISTED)


def add_traces(app: FastAPI, settings: StudioSettings, pages: Pages, onward: Onward) -> None:
    """Add the routes of past runs."""
    library = TraceLibrary(settings.home)
    studio = Studio(back="/traces", csrf=csrf_of(settings))

    def shown(html: str, sheet: Sheet) -> Response:
        rules = policy(sheet, served=True, ancestors="'self'")
        return HTMLResponse(html, headers={"content-security-policy": rules})

    @app.get("/traces")
    async def traces(
        text: Annotated[str, Query(max_length=200)] = "",
        photo: Annotated[str, Query(max_length=200)] = "",
        model: Annotated[str, Query(max_length=200)] = "",
        studies: bool = False,
        before: float | None = None,
    ) -> Response:
        wanted = TraceFilter(
            text=text, photo=photo, model=model, studies=studies, before=before, limit=LISTED
        )
        heads = await asyncio.to_thread(library.list, wanted)
        return HTMLResponse(pages.traces(heads, wanted))

    @app.get("/traces/{name}")
    async def trace(name: str) -> Response:
        def made() -> str:
            found = library.read(name)
            children = library.children(found.head.id)
            return page(found, library.images, children=children, studio=studio)

        return shown(await asyncio.to_thread(made), TRACE)

    @app.post("/traces/{name}/onward")
    async def go_on(name: str, change: Change) -> dict[str, str]:
        return {"trace": await onward.begin(name, change.since, change.changes)}

    @app.post("/traces/deletion")
    async def delete(doomed: Doomed) -> dict[str, int]:
        await asyncio.to_thread(remove_ended, settings.home, doomed.traces)
        return {"deleted": len(doomed.traces)}

    @app.get("/compare")
    async def compared(trace: Annotated[list[str], Query(max_length=20)]) -> Response:
        def made() -> str:
            found = [library.read(name) for name in trace]
            comparison = compare(found, verdicts(settings.home))
            return comparison_page(comparison, found, library.images, studio=studio)

        return shown(await asyncio.to_thread(made), COMPARISON)
