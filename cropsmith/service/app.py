"""The service as an ASGI application: its parts, how it begins and ends, and its health."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp

from cropsmith.errors import CropsmithError
from cropsmith.service.caller import Caller
from cropsmith.service.crew import Crew, drop_upload, sweep
from cropsmith.service.database import Database, SqliteDatabase, StoreLost
from cropsmith.service.desk import Desk
from cropsmith.service.guard import Guard
from cropsmith.service.keys import Keyring
from cropsmith.service.metrics import Metrics
from cropsmith.service.order import Order, Wanted
from cropsmith.service.problems import Problem, Refused, answer, problem, problem_of
from cropsmith.service.routes_of_jobs import add_jobs
from cropsmith.service.routes_of_lists import add_lists
from cropsmith.service.routes_of_pictures import add_pictures
from cropsmith.service.settings import ServiceSettings
from cropsmith.service.store import JobStore

SWEEPING = 30.0
"""Seconds between two looks for what is kept too long."""


@dataclass
class Service:
    """The application, and whether it is about to end."""

    app: ASGIApp
    draining: asyncio.Event = field(default_factory=asyncio.Event)


def build_service(settings: ServiceSettings, keys: Keyring) -> Service:
    """Return a service. UsageError when another one works in its folder."""
    for folder in (settings.uploads, settings.results):
        folder.mkdir(parents=True, exist_ok=True)
    store, metrics = JobStore(_database(settings)), Metrics()
    crew = Crew(settings, store, metrics, lambda: caller.wake())
    desk = Desk(settings, keys, store, crew, metrics)
    caller = Caller(settings, keys, store, metrics, desk.told)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        _tidy(settings, store)
        await crew.start()
        caller.start()
        sweeper = asyncio.create_task(_sweeping(settings, store, crew))
        yield
        sweeper.cancel()
        await crew.close()
        await caller.close()
        store.close()

    app = FastAPI(
        title="cropsmith",
        version="1",
        description="Crops photographs from a request in plain words.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    service = Service(Guard(app, settings, keys, metrics))
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(ValidationError, _misread)
    app.add_exception_handler(CropsmithError, _failed)
    app.add_exception_handler(StoreLost, _lost)
    app.add_exception_handler(ClientDisconnect, _cut_off)
    app.add_exception_handler(Exception, _failed)
    add_jobs(app, desk, service.draining)
    add_pictures(app, desk)
    add_lists(app, settings)
    _add_health(app, desk, service)
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return service


def _add_health(app: FastAPI, desk: Desk, service: Service) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def alive() -> Response:
        return PlainTextResponse("alive\n")

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> Response:
        if service.draining.is_set():
            return PlainTextResponse("draining\n", 503)
        if not desk.crew.ready:
            return PlainTextResponse("no worker is ready\n", 503)
        return PlainTextResponse("ready\n")

    @app.get("/metrics", include_in_schema=False)
    async def figures() -> Response:
        desk.metrics.open.set(desk.store.open_jobs())
        desk.metrics.workers.set(len(desk.crew.ready))
        return Response(desk.metrics.text(), media_type="text/plain; version=0.0.4")


def _database(settings: ServiceSettings) -> Database:
    if not settings.jobs:
        return SqliteDatabase(settings.folder)
    from cropsmith.service.postgres import PostgresDatabase

    return PostgresDatabase(settings.jobs)


def _tidy(settings: ServiceSettings, store: JobStore) -> None:
    """Remove photos that no job waits for: of services that were killed."""
    for path in settings.uploads.iterdir():
        job = store.get(path.name)
        if job is None:
            path.unlink()
        elif job.state.ended:
            drop_upload(settings, job)


async def _sweeping(settings: ServiceSettings, store: JobStore, crew: Crew) -> None:
    while True:
        try:
            await asyncio.to_thread(sweep, settings, store, time.time())
            crew.take_up()
        except StoreLost as error:
            print(f"cropsmith: {error}", file=sys.stderr)
        await asyncio.sleep(min(SWEEPING, settings.keep))


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, Refused):
        return answer(error.problem, error.headers)
    assert isinstance(error, HTTPException)
    kind = {404: "not-found", 405: "method"}.get(error.status_code, "bad-request")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["allow"] = ", ".join(sorted(_methods(request)))
    return answer(problem(error.status_code, kind, str(error.detail)), headers)


def _methods(request: Request) -> set[str]:
    """Return the methods that a path has; Starlette tells those of the first route alone."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= route.methods or set()
    return found


async def _misread(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | ValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return answer(problem(400, "bad-json", "The body is no JSON."))
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    return answer(
        problem(422, "argument", "The request cannot be so.", detail=first["msg"], field=place)
    )


async def _lost(_: Request, error: Exception) -> Response:
    print(f"cropsmith: {error}", file=sys.stderr)
    title = "The service cannot keep or read its jobs now."
    return answer(problem(503, "no-store", title), {"retry-after": "5"})


async def _cut_off(_: Request, __: Exception) -> Response:
    return answer(problem(400, "cut-off", "The body was cut off."))  # nobody hears it


async def _failed(_: Request, error: Exception) -> Response:
    return answer(problem_of(error))


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with the key that every route under /v1 takes."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        parts = made.setdefault("components", {})
        schemas = parts.setdefault("schemas", {})
        for name, kind in (("Order", Order), ("Wanted", Wanted), ("Problem", Problem)):
            found = kind.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= found.pop("$defs", {})
            schemas[name] = found
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        app.openapi_schema = made
    return app.openapi_schema
