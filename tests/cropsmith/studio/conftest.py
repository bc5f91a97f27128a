"""A studio behind its guard, asked without a socket."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

pytest.importorskip("fastapi")

from cropsmith.studio.app import build_app
from cropsmith.studio.guard import CSRF_HEADER
from cropsmith.studio.settings import StudioSettings


@pytest.fixture
def studio(home: Path) -> StudioSettings:
    return StudioSettings(home=home, port=7000, max_upload=3_000_000)


@pytest.fixture
def stranger(studio: StudioSettings) -> httpx.AsyncClient:
    """A client that knows nothing: no token, no cookie."""
    transport = httpx.ASGITransport(build_app(studio))
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
