"""Workers and services that are killed: what was accepted is finished or reported, and once."""

import os
import signal
import threading
from pathlib import Path

import httpx
import pytest

from tests.cropsmith.service.served import Served, Web, serving, until

pytestmark = pytest.mark.integration

JOBS = 8


def begun(client: httpx.Client, web: Web, name: str) -> list[str]:
    """Send a batch, and return its jobs once a worker is at one of them."""
    orders = [{"url": f"{web.url}/photo.jpg", "text": f"crop {name} {n}"} for n in range(JOBS)]
    answer = client.post("/v1/batches", json={"orders": orders})
    place = answer.headers["location"]
    until(lambda: "running" in client.get(place).json()["states"])
    jobs: list[str] = answer.json()["jobs"]
    return jobs


def outcomes(client: httpx.Client, jobs: list[str]) -> list[dict[str, object]]:
    """Return how the jobs ended."""

    def ended() -> bool:
        states = {client.get(f"/v1/jobs/{job}").json()["state"] for job in jobs}
        return states <= {"done", "failed"}

    until(ended)
    return [client.get(f"/v1/jobs/{job}").json() for job in jobs]


def options() -> tuple[str, ...]:
    return ("--workers", "1", "--allow-address", "127.0.0.1", "--wait", "90")


def test_a_killed_worker_loses_no_job(tmp_path: Path, web: Web) -> None:
    with serving(tmp_path, *options()) as service, service.client() as client:
        jobs = begun(client, web, "worker")
        (worker,) = service.workers()
        os.kill(worker, signal.SIGKILL)
        ends = outcomes(client, jobs)
        assert [end["state"] for end in ends] == ["done"] * JOBS
        assert sorted(end["attempt"] for end in ends)[-1] == 2  # type: ignore[type-var]
        (other,) = service.workers()
        assert other != worker
        # The files of a lost attempt are not left beside those of the one that counts.
        files = list((tmp_path / "service" / "results").iterdir())
        assert len(files) == JOBS


def test_a_photo_that_kills_its_workers_is_reported(tmp_path: Path, web: Web) -> None:
    with serving(tmp_path, *options()) as service, service.client() as client:
        (job, *others) = begun(client, web, "twice")
        for attempt in (1, 2):
            until(lambda n=attempt: client.get(f"/v1/jobs/{job}").json()["attempt"] == n)
            if client.get(f"/v1/jobs/{job}").json()["state"] == "done":
                pytest.skip("the worker was faster than the test")
            (worker,) = service.workers()
            os.kill(worker, signal.SIGKILL)
        end, *rest = outcomes(client, [job, *others])
        assert end["state"] == "failed"
        assert end["problem"]["type"] == "urn:cropsmith:problem:killed"  # type: ignore[index]
        assert {one["state"] for one in rest} == {"done"}


def test_a_killed_service_goes_on_where_it_was(tmp_path: Path, web: Web) -> None:
    with serving(tmp_path, *options()) as service, service.client() as client:
        jobs = begun(client, web, "service")
        workers = service.workers()
        service.kill()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))
    with serving(tmp_path, *options()) as service, service.client() as client:
        ends = outcomes(client, jobs)
    assert [end["state"] for end in ends] == ["done"] * JOBS
    assert sorted(end["attempt"] for end in ends) == [1] * (JOBS - 1) + [2]  # type: ignore[type-var]


def test_sigterm_lets_what_is_under_way_end(tmp_path: Path, web: Web) -> None:
    with serving(tmp_path, *options()) as service, service.client() as client:
        answers: list[httpx.Response] = []

        def ask(number: int) -> None:
            order = {"url": f"{web.url}/photo.jpg", "text": f"crop {number}"}
            with service.client() as own:
                answers.append(own.post("/v1/crops", json=order))

        asking = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in asking:
            thread.start()
        until(lambda: "cropsmith_jobs_open 4.0" in client.get("/metrics").text)
        assert ended(service) == 0
        for thread in asking:
            thread.join()
    assert [answer.status_code for answer in answers] == [200] * 4


def ended(service: Served) -> int:
    """End a service as an operator does."""
    code = service.end()
    return 0 if code in (0, -signal.SIGTERM) else code
