"""The routes that take orders and follow them: crops, jobs, batches."""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import FastAPI, Header, Path, Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response, StreamingResponse

from cropsmith.service.callback import secret_of
from cropsmith.service.crew import drop_upload
from cropsmith.service.desk import Desk
from cropsmith.service.guard import owner_of
from cropsmith.service.job import BatchView, JobView
from cropsmith.service.order import Asked, Batch, Order, Wanted
from cropsmith.service.problems import MEDIA_TYPE, refused

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""

FORM_PART = 2**18
"""Largest field of a form beside the photo, bytes."""

FIELDS = 16
"""Most parts of a form, before it is looked at."""

SSE: Mapping[str, Any] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
}

Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Idempotency = Annotated[
    str,
    Header(
        max_length=200,
        pattern=r"^[!-~]*$",
        description="A request sent again under the same key is answered by the same job.",
    ),
]

PICTURES: Mapping[str, Any] = {
    name: {"schema": {"type": "string", "format": "binary"}}
    for name in ("image/jpeg", "image/png", "image/webp")
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return how OpenAPI tells of problems: these, and those that every route may answer with."""
    told = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    every = (400, 401, 403, 421, 422, 429, 500)
    return {s: {"description": "A problem.", **told} for s in sorted({*every, *statuses})}


ACCEPTED: dict[str, Any] = {"model": JobView, "description": "A job; see GET /v1/jobs/{id}."}
BODY: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Order"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["photo"],
                    "additionalProperties": False,
                    "properties": {
                        "photo": {"type": "string", "format": "binary"},
                        "order": {"$ref": "#/components/schemas/Wanted"},
                    },
                },
                "encoding": {"order": {"contentType": "application/json"}},
            },
        },
    }
}


def add_jobs(app: FastAPI, desk: Desk, draining: asyncio.Event) -> None:
    """Add the routes."""

    @app.post(
        "/v1/crops",
        responses={
            200: {
                "model": JobView,
                "description": "The result; with answer=picture the first shape's file.",
                "content": dict(PICTURES),
            },
            202: ACCEPTED,
            **problems(408, 409, 413, 415, 501, 502, 503, 504),
        },
        openapi_extra=dict(BODY),
    )
    async def crop(request: Request, idempotency_key: Idempotency = "") -> Response:
        """Crop one photo: by its address, its bytes in base64, or a file in a form."""
        order, asked = await order_of(request)
        owner = owner_of(request.scope)
        (job,) = await desk.accept(owner, [asked], idempotency=idempotency_key)
        if not order.wait:
            return desk.view(job, status=202)
        job = await desk.waited(job.id, desk.settings.wait)
        return await desk.answered(job, order.answer)

    @app.post(
        "/v1/batches", status_code=202, responses={202: {"model": BatchView}, **problems(408, 413)}
    )
    async def batch(request: Request, batch: Batch) -> Response:
        """Crop several photos, one after another, behind single requests."""
        name = secrets.token_hex(16)
        owner = owner_of(request.scope)
        jobs = await desk.accept(owner, [Asked.by(one) for one in batch.orders], batch=name)
        told = BatchView(id=name, states={"queued": len(jobs)}, jobs=[job.id for job in jobs])
        place = {"location": f"/v1/batches/{name}"}
        return JSONResponse(told.model_dump(mode="json"), 202, headers=place)

    @app.get("/v1/batches/{id}", responses={200: {"model": BatchView}, **problems(404)})
    async def batch_of(request: Request, id: Id) -> Response:
        """Tell how far a batch has come."""
        states = desk.store.batch(owner_of(request.scope), id)
        if not states:
            raise refused(404, "no-batch", "There is no such batch.")
        counted = Counter(state.value for state in states.values())
        told = BatchView(id=id, states=counted, jobs=list(states))
        return JSONResponse(told.model_dump(mode="json"))

    @app.get("/v1/jobs/{id}", responses={200: {"model": JobView}, **problems(404)})
    async def job_of(request: Request, id: Id) -> Response:
        """Tell how a job stands; once it is done, its result."""
        return desk.view(desk.own(owner_of(request.scope), id))

    @app.get("/v1/callback-secret", responses=problems())
    async def callback_secret(request: Request) -> dict[str, str]:
        """Return what the signatures of callbacks are verified with (Standard Webhooks)."""
        return {"secret": secret_of(desk.settings.secret, owner_of(request.scope))}

    @app.delete("/v1/jobs/{id}", status_code=204, responses=problems(404))
    async def cancel(request: Request, id: Id) -> Response:
        """Cancel a job that has not ended; what a worker has begun is thrown away."""
        job = desk.own(owner_of(request.scope), id)
        if desk.store.cancel(id):
            drop_upload(desk.settings, job)
            desk.metrics.ended.labels(state="cancelled").inc()
            desk.crew.ended(id)
        return Response(status_code=204)

    @app.get(
        "/v1/jobs/{id}/events",
        responses={
            200: {"content": {"text/event-stream": {"schema": SSE}}},
            **problems(404),
        },
    )
    async def events(request: Request, id: Id) -> Response:
        """Follow a job as server-sent events; the last, `job`, is what GET /v1/jobs/{id} says."""
        desk.own(owner_of(request.scope), id)
        last = request.headers.get("last-event-id", "0")
        after = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
        return StreamingResponse(_lines(desk, id, after, draining), media_type="text/event-stream")


async def _lines(desk: Desk, id: str, after: int, draining: asyncio.Event) -> AsyncIterator[str]:
    """Yield the lines of a stream; it breaks off when the service drains: clients come again."""
    if (progress := desk.crew.progress(id)) is not None:
        stop = asyncio.ensure_future(draining.wait())
        source = progress.listen(after)
        coming = asyncio.ensure_future(anext(source, None))
        try:
            while True:
                done, _ = await asyncio.wait(
                    {coming, stop}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if stop in done:
                    return
                if not done:
                    yield ": still here\n\n"
                    continue
                if (found := coming.result()) is None:
                    break
                number, event = found
                yield f"id: {number}\nevent: progress\ndata: {json.dumps(event)}\n\n"
                coming = asyncio.ensure_future(anext(source, None))
        finally:
            stop.cancel()
            coming.cancel()
    if (job := desk.store.get(id)) is not None:
        body = bytes(desk.view(job).body).decode()
        yield f"event: job\ndata: {body}\n\n"


async def order_of(request: Request) -> tuple[Wanted, Asked]:
    """Read an order from JSON, or from a form with the photo as a file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        order = Order.model_validate_json(await request.body())
        return order, Asked.by(order)
    if kind != "multipart/form-data":
        hint = "Send application/json or multipart/form-data."
        raise refused(415, "media-type", "This kind of body is not taken.", hint=hint)
    async with request.form(max_files=FIELDS, max_fields=FIELDS, max_part_size=FORM_PART) as form:
        if {*form} - {"photo", "order"}:
            raise refused(422, "argument", "The form has other fields than photo and order.")
        if len(form.multi_items()) > len(form):
            raise refused(422, "argument", "The form has a field twice.")
        photo, asked = form.get("photo"), form.get("order", "{}")
        if not isinstance(photo, UploadFile) or not isinstance(asked, str):
            hint = "Send the file as photo, and the request in JSON as order."
            raise refused(422, "argument", "The form has no photo.", field="photo", hint=hint)
        data = await photo.read()
    wanted = Wanted.model_validate_json(asked)
    return wanted, Asked(wanted, data, wanted.callback)
