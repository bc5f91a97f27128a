"""The routes of sittings: photos come in, orders go out, what a person does is kept."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from cropsmith.errors import UsageError
from cropsmith.studio.desk import Desk
from cropsmith.studio.export import Exported, file_of, to_folder, to_zip
from cropsmith.studio.orders import Export, Order
from cropsmith.studio.sittings.values import Edit
from cropsmith.tools.schema.level import MOST

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""

NOTES = "x-cropsmith-notes"
"""Header of a file with what it could not keep, or how it was made: a JSON list of sentences."""
TOLD = 40
"""Sentences of that header; a zip has all of them in a file."""


def add_sittings(app: FastAPI, desk: Desk) -> None:
    """Add the routes of sittings to an application."""
    _add_coming(app, desk)
    _add_watching(app, desk)
    _add_editing(app, desk)
    _add_taking_away(app, desk)


def _add_coming(app: FastAPI, desk: Desk) -> None:
    @app.post("/sittings")
    async def begin() -> dict[str, str]:
        return {"id": (await asyncio.to_thread(desk.store.begin)).id}

    @app.post("/sittings/{id}/photos")
    async def receive(
        id: str, request: Request, name: Annotated[str, Query(max_length=300)]
    ) -> dict[str, Any]:
        data = await request.body()
        sheet = await asyncio.to_thread(desk.receive, id, data, name)
        return desk.as_told(id, sheet)

    @app.post("/sittings/{id}/orders")
    async def order(id: str, order: Order) -> Response:
        await asyncio.to_thread(desk.order, id, order.wanted, order.entries)
        return Response(status_code=204)

    @app.delete("/sittings/{id}/runs")
    async def stop(id: str) -> Response:
        desk.stop(id)
        return Response(status_code=204)


def _add_watching(app: FastAPI, desk: Desk) -> None:
    @app.get("/photos/{sha256}")
    async def view(
        sha256: str,
        size: Literal["", "small"] = "",
        angle: Annotated[float, Query(ge=-MOST, le=MOST)] = 0.0,
    ) -> Response:
        jpeg = await asyncio.to_thread(desk.photos.view, sha256, size, angle)
        headers = {"cache-control": "private, max-age=86400"}
        return Response(jpeg, media_type="image/jpeg", headers=headers)

    @app.get("/sittings/{id}/sheet")
    async def sheet(id: str) -> dict[str, Any]:
        def made() -> dict[str, Any]:
            sitting = desk.store.sitting(id)
            return {"sitting": sitting.model_dump(), "sheets": desk.shown(id)}

        return await asyncio.to_thread(made)

    @app.get("/sittings/{id}/events")
    async def events(id: str) -> Response:
        await asyncio.to_thread(desk.store.sitting, id)

        async def lines() -> AsyncIterator[str]:
            async with aclosing(desk.feed.listen(id)) as source:
                coming = asyncio.ensure_future(anext(source))
                try:
                    while True:
                        done, _ = await asyncio.wait({coming}, timeout=HEARTBEAT)
                        if not done:
                            yield ": still here\n\n"
                            continue
                        try:
                            event = coming.result() or {"kind": "listening"}
                        except StopAsyncIteration:  # the studio ends
                            return
                        yield f"data: {json.dumps(event)}\n\n"
                        coming = asyncio.ensure_future(anext(source))
                finally:
                    coming.cancel()
                    await asyncio.gather(coming, return_exceptions=True)

        return StreamingResponse(lines(), media_type="text/event-stream")


def _add_editing(app: FastAPI, desk: Desk) -> None:
    @app.post("/sittings/{id}/entries/{entry}/edits")
    async def edit(id: str, entry: int, edit: Edit) -> dict[str, Any]:
        sheet = await asyncio.to_thread(desk.edit, id, entry, edit)
        return desk.as_told(id, sheet)

    @app.post("/sittings/{id}/entries/{entry}/steps/{way}")
    async def step(id: str, entry: int, way: Literal["undo", "redo"]) -> dict[str, Any]:
        sheet = await asyncio.to_thread(desk.step, id, entry, -1 if way == "undo" else 1)
        return desk.as_told(id, sheet)

    @app.post("/sittings/{id}/rest")
    async def accept_rest(id: str) -> dict[str, Any]:
        entries, notes = await asyncio.to_thread(desk.accept_rest, id)
        return {"entries": entries, "notes": notes}


def _add_taking_away(app: FastAPI, desk: Desk) -> None:
    @app.get("/sittings/{id}/entries/{entry}/crop")
    async def download(id: str, entry: int, take: int, target: int) -> Response:
        def made() -> Response:
            sheet = desk.store.sheet(id, entry)
            found = sheet.take(take)
            if found is None:
                raise UsageError("This photo has no such answer.")
            file, notes = file_of(desk.crops.piece(sheet, found, target))
            headers = {**_as(file.name), NOTES: json.dumps(notes[:TOLD])}  # ASCII, as it must be
            return Response(file.data, media_type="application/octet-stream", headers=headers)

        return await asyncio.to_thread(made)

    @app.post("/sittings/{id}/export")
    async def export(id: str, wanted: Export) -> Response:
        def made() -> Response:
            sitting, sheets = desk.store.sitting(id), desk.store.sheets(id)
            if wanted.to == "folder":
                return _told(to_folder(sitting, sheets, desk.crops, wanted))
            with tempfile.NamedTemporaryFile(suffix=".zip", delete=False) as out:
                path = Path(out.name)
                gone = BackgroundTask(path.unlink, missing_ok=True)
                try:
                    done = to_zip(out, sheets, desk.crops, wanted)
                except BaseException:
                    path.unlink(missing_ok=True)
                    raise
            name = f"{sitting.name or 'crops'}.zip"
            headers = {**_as(name), NOTES: json.dumps(done.notes[:TOLD])}
            return FileResponse(path, headers=headers, background=gone)

        return await asyncio.to_thread(made)


def _told(done: Exported) -> Response:
    body = {"files": done.files, "notes": list(done.notes)}
    return Response(json.dumps(body), media_type="application/json")


def _as(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
