"""The studio's routes. Everything that touches files or pixels runs off the event loop."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)

from cropsmith.agents.trace.library import TraceFilter, TraceLibrary
from cropsmith.agents.trace.views.page import page, policy
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.studio.crops import Crops
from cropsmith.studio.guard import Guard, csrf_of
from cropsmith.studio.orders import Judgement, Order, Piece
from cropsmith.studio.pages import Pages
from cropsmith.studio.photos import PhotoInfo, Photos
from cropsmith.studio.runs import Runs
from cropsmith.studio.settings import StudioSettings
from cropsmith.studio.studies import Studies

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""

TYPES = {".css": "text/css", ".js": "text/javascript"}


def build_app(settings: StudioSettings) -> Any:
    """Return the ASGI application of one studio, its guard around it."""
    runs = Runs(settings.max_runs)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        runs.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(CropsmithError, _told)
    app.add_exception_handler(RequestValidationError, _misread)
    pages = Pages(csrf_of(settings), settings)
    _add_pages(app, settings, pages)
    _add_photos(app, Photos(settings))
    _add_runs(app, settings, runs)
    _add_crops(app, Crops(settings))
    return Guard(app, settings)


def _told(_: Request, error: Exception) -> Response:
    """Answer with the sentence and the hint of an error that a person can cause."""
    known = error if isinstance(error, CropsmithError) else CropsmithError(str(error))
    status = 400 if isinstance(known, UsageError) else 500
    return JSONResponse({"message": known.message, "hint": known.hint}, status)


def _misread(_: Request, error: Exception) -> Response:
    return JSONResponse({"message": "The studio did not understand that.", "hint": ""}, 422)


def _add_pages(app: FastAPI, settings: StudioSettings, pages: Pages) -> None:
    library = TraceLibrary(settings.home)
    studies = Studies(settings.home)
    # Names out of a list of shipped files, never paths; two are the trace page's own.
    shared = files("cropsmith.agents.trace.views") / "page_files"
    shipped = {path.name: path for path in pages.static.iterdir()}
    shipped |= {name: shared / name for name in ("dom.js", "page.css")}

    @app.get("/")
    async def start() -> Response:
        models = await asyncio.to_thread(library.models)
        return HTMLResponse(pages.studio(models))

    @app.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in shipped:
            return PlainTextResponse("There is no such file.", 404)
        kind = TYPES[name[name.rindex(".") :]]
        return Response(shipped[name].read_bytes(), media_type=kind)

    @app.get("/traces")
    async def traces(
        text: Annotated[str, Query(max_length=200)] = "",
        photo: Annotated[str, Query(max_length=200)] = "",
        model: Annotated[str, Query(max_length=200)] = "",
        before: float | None = None,
    ) -> Response:
        wanted = TraceFilter(text=text, photo=photo, model=model, before=before, limit=50)
        heads = await asyncio.to_thread(library.list, wanted)
        return HTMLResponse(pages.traces(heads, wanted))

    @app.get("/traces/{name}")
    async def trace(name: str) -> Response:
        def made() -> str:
            return page(library.read(name), library.images, back="/traces")

        html = await asyncio.to_thread(made)
        return HTMLResponse(html, headers={"content-security-policy": policy("'self'")})

    @app.get("/compare")
    async def compare(a: str, b: str) -> Response:
        return HTMLResponse(await asyncio.to_thread(pages.compare, library, a, b))

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


def _add_photos(app: FastAPI, photos: Photos) -> None:
    @app.post("/photos")
    async def receive(request: Request, name: Annotated[str, Query(max_length=300)]) -> PhotoInfo:
        data = await request.body()
        return await asyncio.to_thread(photos.receive, data, name)

    @app.get("/photos/{sha256}")
    async def view(sha256: str) -> Response:
        jpeg = await asyncio.to_thread(photos.view, sha256)
        headers = {"cache-control": "private, max-age=86400"}
        return Response(jpeg, media_type="image/jpeg", headers=headers)

    @app.get("/photos/{sha256}/info")
    async def info(sha256: str) -> PhotoInfo:
        photo = await asyncio.to_thread(photos.open, sha256)
        return PhotoInfo(
            sha256=sha256, name=photo.name, width=photo.size.width, height=photo.size.height
        )

    app.state.photos = photos


def _add_runs(app: FastAPI, settings: StudioSettings, runs: Runs) -> None:
    @app.post("/runs")
    async def start(order: Order) -> dict[str, str]:
        request = await asyncio.to_thread(order.request)
        photo = await asyncio.to_thread(app.state.photos.open, order.photo, order.name)
        return {"run": runs.start(photo, request, order.parts(settings)).id}

    @app.get("/runs/{name}/events")
    async def events(name: str, request: Request) -> Response:
        if (run := runs.get(name)) is None:
            return PlainTextResponse("There is no such run.", 404)
        last = request.headers.get("last-event-id", "0")
        after = int(last) if last.isdigit() else 0

        async def lines() -> AsyncIterator[str]:
            source = run.listen(after)
            coming = asyncio.ensure_future(anext(source, None))
            while True:
                done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT)
                if not done:
                    yield ": still here\n\n"
                    continue
                if (found := coming.result()) is None:
                    return
                number, event = found
                yield f"id: {number}\ndata: {json.dumps(event)}\n\n"
                coming = asyncio.ensure_future(anext(source, None))

        return StreamingResponse(lines(), media_type="text/event-stream")

    @app.delete("/runs/{name}")
    async def stop(name: str) -> Response:
        if (run := runs.get(name)) is not None:
            run.stop()
        return Response(status_code=204)


def _add_crops(app: FastAPI, crops: Crops) -> None:
    @app.post("/crops/file")
    async def download(piece: Piece) -> Response:
        made = await asyncio.to_thread(crops.download, piece)
        disposition = f"attachment; filename*=UTF-8''{quote(made.name)}"
        return Response(
            made.rendered.data,
            media_type="application/octet-stream",
            headers={"content-disposition": disposition},
        )

    @app.post("/crops/verdict")
    async def judge(judgement: Judgement) -> dict[str, Any]:
        verdict = await asyncio.to_thread(crops.judge, judgement)
        return {"accepted": verdict.accepted, "corrected": verdict.corrected}
