"""A studio behind its guard, asked without a socket."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

pytest.importorskip("fastapi")

from cropsmith.studio.app import build_app
from cropsmith.studio.desk import Desk
from cropsmith.studio.guard import CSRF_HEADER
from cropsmith.studio.settings import StudioSettings


@pytest.fixture
def studio(home: Path) -> StudioSettings:
    return StudioSettings(home=home, port=7000, max_upload=3_000_000)


@pytest.fixture
def desk(studio: StudioSettings) -> Desk:
    return Desk(studio)


@pytest.fixture
def stranger(studio: StudioSettings, desk: Desk) -> httpx.AsyncClient:
    """A client that knows nothing: no token, no cookie."""
    transport = httpx.ASGITransport(build_app(studio, desk))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7000")


@pytest_asyncio.fixture
async def client(stranger: httpx.AsyncClient, studio: StudioSettings) -> AsyncIterator[Any]:
    """A client that came in by the start page, as a browser does."""
    page = await stranger.get("/", params={"token": studio.token}, follow_redirects=True)
    mark = re.search(r'name="csrf" content="(\w+)"', page.text)
    assert page.status_code == 200 and mark is not None
    stranger.headers[CSRF_HEADER] = mark[1]
    yield stranger
    await stranger.aclose()


@dataclass
class At:
    """A sitting, as a page works on it."""

    client: Any
    id: str

    def path(self, rest: str = "") -> str:
        return f"/sittings/{self.id}{rest}"

    async def send(self, data: bytes, name: str = "a.jpg") -> dict[str, Any]:
        answer = await self.client.post(self.path("/photos"), params={"name": name}, content=data)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def order(self, entries: Sequence[int] | None = None, **wanted: Any) -> Any:
        body = {"wanted": wanted, "entries": entries}
        return await self.client.post(self.path("/orders"), json=body)

    async def sheets(self) -> list[dict[str, Any]]:
        answer = await self.client.get(self.path("/sheet"))
        assert answer.status_code == 200, answer.text
        sheets: list[dict[str, Any]] = answer.json()["sheets"]
        return sheets

    async def done(self) -> list[dict[str, Any]]:
        """Return the photos when nothing is at work any more."""
        async with asyncio.timeout(120):
            while True:
                sheets = await self.sheets()
                states = {take["state"] for sheet in sheets for take in sheet["takes"]}
                if not states & {"waiting", "running"}:
                    return sheets
                await asyncio.sleep(0.05)

    async def answered(self, count: int) -> list[dict[str, Any]]:
        """Return the photos when so many came in by themselves and are answered."""
        async with asyncio.timeout(120):
            while True:
                sheets = await self.done()
                if len(sheets) >= count and all(
                    sheet["takes"] or sheet["entry"]["problem"] for sheet in sheets
                ):
                    return sheets
                await asyncio.sleep(0.05)

    async def cropped(self, photo: Path, **wanted: Any) -> dict[str, Any]:
        """Send a photo, crop it, and return it with its answer."""
        await self.send(photo.read_bytes())
        assert (await self.order(**wanted)).status_code == 204
        return (await self.done())[-1]

    async def edit(self, told: dict[str, Any], target: int = 0, **change: Any) -> Any:
        take = told["takes"][-1]
        stands = {**take["standing"][target], "take": take["number"], "target": target}
        number = told["entry"]["number"]
        return await self.client.post(
            self.path(f"/entries/{number}/edits"), json={**stands, **change}
        )

    async def step(self, number: int, way: str) -> Any:
        return await self.client.post(self.path(f"/entries/{number}/steps/{way}"))

    async def file(self, number: int = 1, take: int = 1, target: int = 0) -> Any:
        where = self.path(f"/entries/{number}/crop")
        return await self.client.get(where, params={"take": take, "target": target})


@pytest_asyncio.fixture
async def at(client: Any) -> At:
    begun = await client.post("/sittings", json={})
    assert begun.status_code == 200, begun.text
    return At(client, begun.json()["id"])
