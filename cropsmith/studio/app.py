"""The studio's routes. Everything that touches files or pixels runs off the event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.studio.bench_routes import add_bench
from cropsmith.studio.desk import Desk
from cropsmith.studio.guard import Guard, csrf_of
from cropsmith.studio.onward import Onward
from cropsmith.studio.pages import Pages
from cropsmith.studio.reopening import reopened
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.sitting_routes import add_sittings
from cropsmith.studio.studies import Studies
from cropsmith.studio.trace_routes import add_traces
from cropsmith.studio.waiting import Answered, Card, Waiting
from cropsmith.tools.schema.approval import Approval

TYPES = {".css": "text/css", ".js": "text/javascript"}


def build_app(settings: StudioSettings, desk: Desk | None = None) -> Any:
    """Return the ASGI application of one studio, its guard around it."""
    desk, onward = desk or Desk(settings), Onward(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        onward.close()
        desk.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    pages = Pages(csrf_of(settings), settings)
    _add_problems(app, pages)
    _add_pages(app, settings, pages)
    add_traces(app, settings, pages, onward)
    _add_desk(app, settings, pages, desk)
    _add_waiting(app, settings, pages)
    add_sittings(app, desk)
    add_bench(app, settings, desk)
    return Guard(app, settings)


def _add_problems(app: FastAPI, pages: Pages) -> None:
    """Answer errors with a sentence and a hint: as a page where one was asked for, else as JSON."""

    def told(request: Request, message: str, hint: str, status: int) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(pages.problem(message, hint), 404 if status == 400 else status)
        return JSONResponse({"message": message, "hint": hint}, status)

    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, CropsmithError)
        status = 400 if isinstance(error, UsageError) else 500
        return told(request, error.message, error.hint, status)

    async def misread(request: Request, error: Exception) -> Response:
        return told(request, "The studio did not understand that.", "", 422)

    async def nowhere(request: Request, error: Exception) -> Response:
        return told(request, "The studio has no such page.", "", 404)

    app.add_exception_handler(CropsmithError, known)
    app.add_exception_handler(RequestValidationError, misread)
    app.add_exception_handler(404, nowhere)


def _add_pages(app: FastAPI, settings: StudioSettings, pages: Pages) -> None:
    studies = Studies(settings.home)
    # Names out of a list of shipped files, never paths; two are the trace page's own.
    shared = files("cropsmith.agents.trace.views") / "page_files"
    shipped = {path.name: path for path in pages.static.iterdir()}
    shipped |= {name: shared / name for name in ("dom.js", "page.css")}

    @app.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in shipped:
            return PlainTextResponse("There is no such file.", 404)
        kind = TYPES[name[name.rindex(".") :]]
        return Response(shipped[name].read_bytes(), media_type=kind)

    @app.get("/studies")
    async def list_studies() -> Response:
        return HTMLResponse(pages.studies(await asyncio.to_thread(studies.list)))

    @app.get("/studies/{name}")
    async def study(name: str) -> Response:
        html = await asyncio.to_thread(studies.report, name)
        # A report of a study is a page of its own, which gets neither network nor our cookie's use.
        sandbox = "sandbox allow-scripts; default-src 'none'; img-src data:; "
        own = "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
        return HTMLResponse(html, headers={"content-security-policy": sandbox + own})


def _add_desk(app: FastAPI, settings: StudioSettings, pages: Pages, desk: Desk) -> None:
    @app.get("/")
    async def start(trace: Annotated[str, Query(max_length=40)] = "") -> Response:
        if trace:  # a past run, to be edited
            id, number = await asyncio.to_thread(reopened, settings.home, desk.store, trace)
            return RedirectResponse(f"/sittings/{id}#{number}", 303)
        sittings = await asyncio.to_thread(desk.store.sittings)
        return HTMLResponse(await asyncio.to_thread(pages.start, sittings))

    @app.get("/sittings/{id}")
    async def sitting(id: str) -> Response:
        found = await asyncio.to_thread(desk.store.sitting, id)
        return HTMLResponse(await asyncio.to_thread(pages.sitting, found))


def _add_waiting(app: FastAPI, settings: StudioSettings, pages: Pages) -> None:
    waiting = Waiting(settings.home)

    @app.get("/waiting")
    async def show() -> Response:
        return HTMLResponse(pages.waiting())

    @app.get("/waiting/cards")
    async def cards() -> list[Card]:
        return await waiting.cards()

    @app.get("/waiting/{trace}/photo")
    async def photo(trace: str) -> Response:
        jpeg = await asyncio.to_thread(waiting.picture, trace)
        return Response(jpeg, media_type="image/jpeg")

    @app.post("/waiting/{trace}")
    async def answer(trace: str, word: Approval) -> Answered:
        return await waiting.answer(trace, word)

    @app.post("/waiting/{trace}/rejection")
    async def reject(trace: str) -> Answered:
        return await waiting.reject(trace)
