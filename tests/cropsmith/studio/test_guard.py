"""Who may ask the studio what."""

from typing import Any

import httpx
import pytest

from cropsmith.studio.guard import CSRF_HEADER
from cropsmith.studio.settings import StudioSettings

JPEG = b"\xff\xd8\xff"


@pytest.mark.parametrize("path", ["/", "/traces", "/static/studio.js", "/sittings/x/events"])
async def test_without_the_token_nothing_is_told(stranger: httpx.AsyncClient, path: str) -> None:
    answer = await stranger.get(path)
    assert answer.status_code == 401 and "cropsmith studio" in answer.text


async def test_a_wrong_token_opens_nothing(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/", params={"token": "x" * 32})
    assert answer.status_code == 401 and "set-cookie" not in answer.headers


async def test_the_cookie_is_strict_and_is_not_the_token(
    stranger: httpx.AsyncClient, studio: StudioSettings
) -> None:
    answer = await stranger.get("/", params={"token": studio.token})
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303 and answer.headers["location"] == "/"
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and studio.token not in cookie


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:7001", "localhost.evil:7000", ""])
async def test_another_host_name_is_refused(client: Any, host: str) -> None:
    assert (await client.get("/", headers={"host": host})).status_code == 421


async def test_localhost_is_us(client: Any) -> None:
    answer = await client.get("/", headers={"host": "localhost:7000"})
    assert answer.status_code in (200, 401)  # the cookie may be bound to the other name


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1:7000"},
        {"origin": "http://127.0.0.1:7001"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {CSRF_HEADER: ""},
        {CSRF_HEADER: "0" * 64},
    ],
)
async def test_changes_from_elsewhere_are_refused(client: Any, headers: dict[str, str]) -> None:
    answer = await client.post(
        "/sittings/x/photos", params={"name": "a"}, content=JPEG, headers=headers
    )
    assert answer.status_code == 403


async def test_our_own_origin_may_change(client: Any) -> None:
    headers = {"origin": "http://127.0.0.1:7000", "sec-fetch-site": "same-origin"}
    answer = await client.post(
        "/sittings/x/photos", params={"name": "a"}, content=JPEG, headers=headers
    )
    assert answer.status_code == 400 and "message" in answer.json()


async def test_other_sites_may_not_embed(client: Any) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert (await client.get("/static/studio.js", headers=headers)).status_code == 403


async def test_every_answer_forbids_framing_and_inline_code(client: Any) -> None:
    for path in ("/", "/traces", "/nothing", "/static/nothing"):
        headers = (await client.get(path)).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and headers["x-content-type-options"] == "nosniff"


async def test_a_large_photo_is_refused_before_it_is_read(client: Any) -> None:
    answer = await client.post("/sittings/x/photos", params={"name": "a"}, content=b"x" * 3_000_001)
    assert answer.status_code == 413


async def test_a_body_that_hides_its_length_is_cut_off(client: Any) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"x" * 100_000

    answer = await client.post("/sittings/x/photos", params={"name": "a"}, content=endless())
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/photos/..%2f..%2ftraces.sqlite",
        "/photos/../../etc/passwd",
        "/studies/..%2f..",
        "/traces/..%2f..%2fetc%2fpasswd",
    ],
)
async def test_no_path_of_the_server_can_be_reached(client: Any, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code in (400, 404) and "root:" not in answer.text
