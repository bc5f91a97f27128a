"""Takes orders and hands out answers: what the routes share."""

import asyncio
import base64
import contextlib
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from cropsmith.errors import UnreadableImage
from cropsmith.service.callback import CallView
from cropsmith.service.crew import BEHIND, SINGLE, Crew
from cropsmith.service.database import Taken
from cropsmith.service.job import Job, JobView, Picture, Shown, State
from cropsmith.service.keys import Keyring
from cropsmith.service.metrics import Metrics
from cropsmith.service.order import Asked, digest_of
from cropsmith.service.problems import answer, refused
from cropsmith.service.settings import ServiceSettings
from cropsmith.service.signing import Grant, sign
from cropsmith.service.store import Full, JobStore
from cropsmith.tools.images.connection import checked, is_public


@dataclass(frozen=True)
class Desk:
    """One service's orders. Of one event loop."""

    settings: ServiceSettings
    keys: Keyring
    store: JobStore
    crew: Crew
    metrics: Metrics

    async def accept(
        self, owner: str, asked: Sequence[Asked], *, batch: str = "", idempotency: str = ""
    ) -> Sequence[Job]:
        """Keep orders as jobs, all or none, and queue them. Raises Refused or UsageError."""
        key = self.keys.get(owner)
        if key is None:
            raise refused(403, "no-key", "The key was taken away.")
        for one in asked:
            self.check(one)
        photos = [one.photo for one in asked]
        jobs = [
            Job(
                id=secrets.token_hex(16),
                owner=owner,
                order=one.wish.kept(),
                digest=digest_of(one),
                batch=batch,
                idempotency=idempotency,
                uploaded=one.photo is not None,
                created=time.time(),
                callback=one.callback or "",
            )
            for one in asked
        ]
        if (earlier := self._earlier(jobs[0])) is not None:
            return [earlier]
        # Whole on the disk before the store knows of them, so that no worker comes too early.
        await asyncio.to_thread(self._lay_down, jobs, photos)
        limits = (
            (key.in_batches, self.settings.max_batched)
            if batch
            else (key.at_once, self.settings.max_queue)
        )
        try:
            self.store.add(jobs, of_owner=limits[0], of_all=limits[1])
        except Full as full:
            self._take_away(jobs)
            why = f"{full.whose} has as many unfinished jobs as it may.".capitalize()
            raise refused(429, "too-many-jobs", why, retry=self._patience()) from full
        except Taken:  # the same key came a second time while we wrote
            self._take_away(jobs)
            if (earlier := self._earlier(jobs[0])) is None:
                raise
            return [earlier]
        for job in jobs:
            self.crew.take(job, BEHIND if batch else SINGLE)
        self.metrics.accepted.inc(len(jobs))
        return jobs

    def same(self, owner: str, asked: Asked) -> Job | None:
        """Return the owner's job for the same wish and photo, under way or done."""
        return self.store.same(owner, digest_of(asked))

    def own(self, owner: str, id: str) -> Job:
        """Return a job; of another owner's it is told as little as of none."""
        job = self.store.get(id)
        if job is None or job.owner != owner:
            raise refused(404, "no-job", "There is no such job.")
        return job

    async def waited(self, id: str, seconds: float) -> Job:
        """Return a job once it has ended, or as it stands after so long."""
        await self.crew.wait(id, seconds)
        job = self.store.get(id)
        if job is None:
            raise refused(404, "no-job", "The job is no longer kept.")
        return job

    async def answered(self, job: Job, wanted: str) -> Response:
        """Answer with a job: its result in the asked form, its problem, or how it stands."""
        if job.problem is not None:
            return answer(job.problem)
        if job.state is State.CANCELLED:
            raise refused(409, "cancelled", "The job was cancelled.")
        if job.state is not State.DONE:
            return self.view(job, status=202)
        if wanted == "picture":
            picture = asked_for(job.pictures[0])
            return Response(await self.bytes_of(picture), media_type=picture.media_type)
        data = [await self.bytes_of(p) for p in job.pictures] if wanted == "both" else []
        return self.view(job, data=[base64.b64encode(one).decode() for one in data])

    def view(self, job: Job, *, status: int = 200, data: Sequence[str] = ()) -> JSONResponse:
        """Answer with a job as its owner sees it."""
        headers = {"location": f"/v1/jobs/{job.id}"}
        return JSONResponse(self.told(job, data), status, headers=headers)

    def told(self, job: Job, data: Sequence[str] = ()) -> Mapping[str, Any]:
        """Return a job as its owner sees it, as JSON-ready data."""
        told = JobView(
            id=job.id,
            state=job.state,
            attempt=job.attempt,
            created=job.created,
            ended=job.ended,
            batch=job.batch,
            problem=job.problem,
            callback=_called(job),
            pictures=[
                self._shown(job, index, data[index] if data else None)
                for index in range(len(job.pictures))
            ],
        ).model_dump(mode="json", exclude_none=True)
        if job.report:
            told["result"] = json.loads(job.report)
        return told

    async def bytes_of(self, picture: Picture) -> bytes:
        """Return a picture; Refused when it is no longer kept."""
        path = self.settings.results / picture.file
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise refused(404, "no-picture", "The picture is no longer kept.") from None

    def address(self, grant: Grant, expires: int) -> str:
        """Return a signed address."""
        return self.settings.public_url + sign(self.settings.secret, grant, expires)

    def _shown(self, job: Job, index: int, data: str | None) -> Shown:
        picture = job.pictures[index]
        expires = int((job.ended or job.created) + self.settings.keep)
        return Shown(
            url=self.address(Grant(owner=job.owner, job=job.id, index=index), expires),
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            notes=list(picture.notes),
            data=data,
        )

    def check(self, asked: Asked) -> None:
        """Refused where the order cannot be met for anybody."""
        model = asked.wish.model
        if model and model not in self.settings.models:
            title = "The service has no such model."
            raise refused(422, "argument", title, field="model", hint="See GET /v1/models.")
        asked.wish.request()
        if asked.callback is not None:
            self._check_callback(asked.callback)

    def _check_callback(self, url: str) -> None:
        """Refuse what is no address to call; names are looked up when they are called."""
        title = "The callback cannot be so."
        try:
            host = str(checked(url).hostname)
        except UnreadableImage as error:
            raise refused(422, "argument", title, detail=error.message, field="callback") from error
        with contextlib.suppress(ValueError):  # a name, no number
            if not is_public(host) and host not in self.settings.addresses:
                told = "Its address is not a public one."
                raise refused(422, "argument", title, detail=told, field="callback")

    def _earlier(self, job: Job) -> Job | None:
        """Return the job that the same idempotency key made; Refused if it asked for another."""
        earlier = self.store.once(job.owner, job.idempotency)
        if earlier is not None and earlier.digest != job.digest:
            raise refused(422, "key-used", "The idempotency key was used for another request.")
        return earlier

    def _lay_down(self, jobs: Sequence[Job], photos: Sequence[bytes | None]) -> None:
        for job, photo in zip(jobs, photos, strict=True):
            if photo is not None:
                (self.settings.uploads / job.id).write_bytes(photo)

    def _take_away(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            (self.settings.uploads / job.id).unlink(missing_ok=True)

    def _patience(self) -> float:
        """Return the seconds in which about half of the queue will be done, one at least."""
        return max(1.0, self.store.open_jobs() * self.metrics.mean / self.settings.workers / 2)


def asked_for(picture: Picture) -> Picture:
    """Return a picture that is what was asked; Refused for one that is only the nearest."""
    if picture.rejected:
        title = "No crop of the photo answers the request."
        raise refused(422, "infeasible", title, detail=picture.rejected)
    return picture


def _called(job: Job) -> CallView | None:
    if not job.callback:
        return None
    return CallView(
        url=job.callback,
        state=job.call_state,
        tries=job.call_tries,
        problem=job.call_problem,
        due=job.call_due,
    )
