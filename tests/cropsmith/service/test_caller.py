"""Clients' servers are told of every end, under one id, until they have heard it."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.service import caller as calling
from cropsmith.service.callback import CallState, secret_of
from cropsmith.service.caller import Caller, pause_after
from cropsmith.service.database import SqliteDatabase
from cropsmith.service.job import Job
from cropsmith.service.keys import LOCAL, Keyring
from cropsmith.service.metrics import Metrics
from cropsmith.service.settings import ServiceSettings
from cropsmith.service.store import JobStore
from tests.cropsmith.service.hearing import Hearing
from tests.cropsmith.service.served import Web, serving, until

SECRET = b"a secret of sixteen or more"


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    found = Hearing()
    yield found
    found.close()


def told(job: Job) -> Mapping[str, Any]:
    return {"id": job.id, "state": job.state.value, "ended": job.ended}


async def called(
    folder: Path, callback: str, done: Callable[[Job], bool], *, owner: str = LOCAL
) -> Job:
    """End a job, and return it once its callback stands as asked."""
    settings = ServiceSettings(folder=folder, secret=SECRET, addresses=("127.0.0.1",))
    store = JobStore(SqliteDatabase(folder))
    job = Job(id="a", owner=owner, order="{}", digest="", created=1.0, callback=callback)
    store.add([job], of_owner=9, of_all=9)
    caller = Caller(settings, Keyring.open_to_all(), store, Metrics(), told)
    caller.start()
    store.cancel("a")
    caller.wake()
    try:
        deadline = time.monotonic() + 60
        while not done(found := store.get("a") or job):
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.01)
        return found
    finally:
        await caller.close()
        store.close()


async def test_a_server_hears_a_signed_call_once(tmp_path: Path, hearing: Hearing) -> None:
    url = f"{hearing.url}/done?shop=1"
    job = await called(tmp_path, url, lambda job: job.call_state is CallState.DELIVERED)
    assert (job.call_tries, job.call_due, job.call_problem) == (1, None, "")
    (heard,) = hearing.heard
    assert heard.path == "/done?shop=1"
    assert heard.told["type"] == "job.cancelled"
    assert heard.told["data"] == told(job)
    assert heard.headers["webhook-id"] == heard.headers["idempotency-key"] == "a"
    assert heard.is_by(secret_of(SECRET, LOCAL))
    assert not heard.is_by(secret_of(SECRET, "rival"))


async def test_a_server_that_fails_is_asked_again_under_the_same_id(
    tmp_path: Path, hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "FIRST_PAUSE", 0.01)
    hearing.answers = [500, 302, 429]
    job = await called(tmp_path, hearing.url, lambda job: job.call_state is CallState.DELIVERED)
    assert job.call_tries == 4
    assert {heard.headers["webhook-id"] for heard in hearing.heard} == {"a"}
    assert {heard.path for heard in hearing.heard} == {"/"}  # no redirect was followed


async def test_what_went_wrong_is_told_until_it_is_given_up(
    tmp_path: Path, hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    hearing.answers = [503]
    job = await called(tmp_path / "1", hearing.url, lambda job: job.call_tries == 1)
    assert (job.call_state, job.call_problem) == (CallState.WAITING, "The server answers 503.")
    assert job.call_due is not None and job.call_due > time.time() - 60
    monkeypatch.setattr(calling, "FIRST_PAUSE", 0.001)
    hearing.answers = [500] * 50
    job = await called(tmp_path / "2", hearing.url, lambda job: job.call_state is CallState.FAILED)
    assert (job.call_tries, job.call_due) == (calling.TRIES, None)


async def test_a_server_that_wants_no_more_is_left_alone(tmp_path: Path, hearing: Hearing) -> None:
    hearing.answers = [410]
    job = await called(tmp_path, hearing.url, lambda job: job.call_state is CallState.FAILED)
    assert (job.call_tries, job.call_problem) == (1, "The server answers 410.")


async def test_nobody_is_called_for_a_key_that_was_taken_away(
    tmp_path: Path, hearing: Hearing
) -> None:
    job = await called(tmp_path, hearing.url, lambda job: job.call_tries == 1, owner="gone")
    assert (job.call_state, job.call_problem) == (CallState.FAILED, "The key was taken away.")
    assert not hearing.heard


@pytest.mark.parametrize("url", ["http://127.0.0.2:9/", "http://localhost.invalid/"])
async def test_addresses_inside_are_not_called(tmp_path: Path, url: str) -> None:
    job = await called(tmp_path, url, lambda job: job.call_tries == 1)
    assert job.call_state is CallState.WAITING
    assert "not a public address" in job.call_problem or "is not known" in job.call_problem


async def test_a_server_that_says_nothing_holds_nobody_up_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.2)
    silent = Hearing()
    silent._server.shutdown()  # the system still takes connections
    job = await called(tmp_path, silent.url, lambda job: job.call_tries == 1)
    silent._server.server_close()
    assert job.call_problem == "The server does not answer: no answer within 0.2 seconds."


@given(st.integers(1, calling.TRIES))
def test_pauses_grow_by_chance_up_to_a_limit(tries: int) -> None:
    pause = pause_after(tries)
    assert min(300, 2.0 ** (tries - 1)) <= pause <= min(600, 2.0**tries)


def test_a_client_hears_what_it_could_have_asked(
    shop: httpx.Client, rival: httpx.Client, web: Web, hearing: Hearing
) -> None:
    order = {"url": f"{web.url}/photo.jpg", "ratio": ["3:4"], "wait": False}
    job = shop.post("/v1/crops", json={**order, "callback": f"{hearing.url}/shop"}).json()
    assert job["callback"] == {
        "url": f"{hearing.url}/shop", "state": "waiting", "tries": 0, "problem": "",
    }  # fmt: skip
    until(lambda: shop.get(f"/v1/jobs/{job['id']}").json()["callback"]["state"] == "delivered")
    (heard,) = hearing.heard
    assert heard.told["type"] == "job.done"
    now = shop.get(f"/v1/jobs/{job['id']}").json()
    assert {**heard.told["data"], "callback": now["callback"]} == now
    assert heard.is_by(shop.get("/v1/callback-secret").json()["secret"])
    assert not heard.is_by(rival.get("/v1/callback-secret").json()["secret"])


@pytest.mark.parametrize(
    "callback", ["ftp://a/", "http://10.0.0.1/", "http://a:b@c.example/", "http://[::1]:80/", "x"]
)
def test_what_can_never_be_called_is_refused(shop: httpx.Client, web: Web, callback: str) -> None:
    order = {"url": f"{web.url}/photo.jpg", "callback": callback}
    answer = shop.post("/v1/crops", json=order)
    assert answer.status_code == 422 and answer.json()["field"] == "callback"


@pytest.mark.integration
def test_a_killed_service_still_tells(tmp_path: Path, web: Web, hearing: Hearing) -> None:
    options = ("--workers", "1", "--allow-address", "127.0.0.1")
    hearing.answers = [503] * 4
    orders = [
        {"url": f"{web.url}/photo.jpg", "text": f"crop {n}", "callback": f"{hearing.url}/{n}"}
        for n in range(4)
    ]
    with serving(tmp_path, *options) as service, service.client() as client:
        jobs = client.post("/v1/batches", json={"orders": orders}).json()["jobs"]
        until(lambda: hearing.heard)
        service.kill()
    with serving(tmp_path, *options) as service, service.client() as client:
        for job in jobs:
            until(
                lambda job=job: (
                    client.get(f"/v1/jobs/{job}").json()["callback"]["state"] == "delivered"
                )
            )
    assert {heard.headers["webhook-id"] for heard in hearing.heard} == set(jobs)
    assert {heard.told["data"]["state"] for heard in hearing.heard} == {"done"}
