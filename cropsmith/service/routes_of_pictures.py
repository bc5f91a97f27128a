"""The routes that give files: a job's pictures, and signed addresses for browsers and CDNs."""

import time
from typing import Annotated

from fastapi import FastAPI, Path, Request
from pydantic import Field
from starlette.responses import JSONResponse, Response

from cropsmith.service.desk import Desk, asked_for
from cropsmith.service.guard import owner_of
from cropsmith.service.job import Job, Picture, State
from cropsmith.service.order import Asked, Sourced
from cropsmith.service.problems import Refused, problem, refused
from cropsmith.service.routes_of_jobs import PICTURES, Id, problems
from cropsmith.service.signing import LONGEST, Expired, Forged, Grant, read
from cropsmith.tools.schema.values import Value

Part = Annotated[str, Path(min_length=1, max_length=12_000, pattern=r"^[A-Za-z0-9_-]+$")]


class AddressWish(Value):
    """What a signed address is to give."""

    wish: Sourced
    index: int = Field(default=0, ge=0, le=11, strict=True, description="Which of the shapes.")
    seconds: int = Field(
        default=86400, ge=1, le=LONGEST, strict=True, description="How long it is good."
    )


class Address(Value):
    """A signed address."""

    url: str
    expires: int
    """Unix seconds."""


def add_pictures(app: FastAPI, desk: Desk) -> None:
    """Add the routes."""

    @app.post("/v1/urls", responses={200: {"model": Address}, **problems(408, 413)})
    async def sign_address(request: Request, asked: AddressWish) -> Response:
        """Sign an address that crops a photo of the web when it is first fetched."""
        desk.check(Asked(asked.wish, None))
        expires = int(time.time()) + asked.seconds
        grant = Grant(owner=owner_of(request.scope), wish=asked.wish, index=asked.index)
        told = Address(url=desk.address(grant, expires), expires=expires)
        return JSONResponse(told.model_dump(mode="json"))

    @app.get(
        "/v1/jobs/{id}/pictures/{index}",
        responses={200: {"content": dict(PICTURES)}, 304: {}, **problems(404)},
    )
    async def picture(
        request: Request, id: Id, index: Annotated[int, Path(ge=0, le=99)]
    ) -> Response:
        """Return a picture of a job that is done."""
        job = desk.own(owner_of(request.scope), id)
        return await _given(desk, request, _picture(job, index), "private, max-age=60")

    @app.api_route(
        "/crop/{signature}/{expires}/{payload}", methods=["GET", "HEAD"], include_in_schema=False
    )
    async def signed(request: Request, signature: Part, expires: Part, payload: Part) -> Response:
        """Return what a signed address gives; its first fetch crops, the later ones find it."""
        try:
            grant = read(desk.settings.secret, signature, expires, payload)
        except Forged:
            raise refused(403, "signature", "The address was not signed here.") from None
        except Expired:
            raise refused(410, "expired", "The address has expired.") from None
        if desk.keys.get(grant.owner) is None:
            raise refused(403, "no-key", "The key that signed the address was taken away.")
        job = await _job_of(desk, grant)
        left = max(0, int(expires) - int(time.time()))
        # Whoever has the address may have the picture, and the address names all that it shows.
        kept = f"public, max-age={left}, immutable"
        picture = _picture(job, grant.index)
        # Who signed for a job's picture saw its verdict; an address of a wish shows no other thing.
        shown = picture if grant.wish is None else asked_for(picture)
        return await _given(desk, request, shown, kept)


async def _job_of(desk: Desk, grant: Grant) -> Job:
    """Return the finished job of an address: one that is there, or one made now."""
    if grant.job is not None:
        return desk.own(grant.owner, grant.job)
    if grant.wish is None:
        raise refused(403, "signature", "The address gives nothing.")
    asked = Asked(grant.wish, None)
    job = desk.same(grant.owner, asked)
    if job is None:
        if seconds := desk.keys.take(grant.owner):
            raise refused(429, "too-many-requests", "The key's rate is spent.", retry=seconds)
        (job,) = await desk.accept(grant.owner, [asked])
    job = await desk.waited(job.id, desk.settings.wait)
    if job.problem is not None:
        raise Refused(job.problem)
    if job.state is not State.DONE:
        late = problem(503, "not-yet", "The crop is not made yet.")
        raise Refused(late, {"retry-after": "2"})
    return job


def _picture(job: Job, index: int) -> Picture:
    if job.state is not State.DONE or index >= len(job.pictures):
        raise refused(404, "no-picture", "The job has no such picture.")
    return job.pictures[index]


async def _given(desk: Desk, request: Request, picture: Picture, kept: str) -> Response:
    """Answer with a picture, or with 304 where the client has it."""
    etag = f'"{picture.etag}"'
    headers = {"etag": etag, "cache-control": kept}
    held = {
        tag.strip().removeprefix("W/")
        for tag in request.headers.get("if-none-match", "").split(",")
    }
    if held & {etag, "*"}:
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = "inline"
    data = await desk.bytes_of(picture)
    return Response(data, media_type=picture.media_type, headers=headers)
