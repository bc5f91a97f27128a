"""The jobs' moves: whatever dies in between, a result is taken once. In either database."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cropsmith.errors import UsageError
from cropsmith.service.callback import CallState
from cropsmith.service.database import SqliteDatabase, StoreLost, Taken
from cropsmith.service.job import Job, Picture, State
from cropsmith.service.postgres import PostgresDatabase
from cropsmith.service.problems import problem
from cropsmith.service.store import Full, JobStore
from tests.cropsmith.service.postgres_server import PostgresServer, postgres_server

PICTURE = Picture(file="a.jpg", media_type="image/jpeg", etag="0", width=4, height=5)

Open = Callable[[], JobStore]


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.integration)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Return what opens the jobs of one place again and again; there are none yet."""
    if request.param == "sqlite":
        return lambda: JobStore(SqliteDatabase(tmp_path))
    url = request.getfixturevalue("postgres").url
    database = PostgresDatabase(url)
    database.change("DROP TABLE IF EXISTS cropsmith_jobs, cropsmith_store")
    database.close()
    return lambda: JobStore(PostgresDatabase(url))


def job(id: str, owner: str = "shop", **more: str) -> Job:
    return Job(id=id, owner=owner, order="{}", digest=f"of {id}", created=1.0, **more)


def add(store: JobStore, *jobs: Job) -> None:
    store.add(jobs, of_owner=100, of_all=100)


def test_a_job_is_begun_once_and_its_result_is_kept(opened: Open) -> None:
    store = opened()
    add(store, job("a"))
    begun = store.begin("a")
    assert begun is not None and (begun.state, begun.attempt) == (State.RUNNING, 1)
    assert store.begin("a") is None
    assert store.finish(begun, '{"a": 1}', [PICTURE])
    assert not store.finish(begun, "{}", [])
    store.close()
    again = opened()
    kept = again.get("a")
    assert kept is not None and (kept.report, kept.pictures) == ('{"a": 1}', (PICTURE,))
    again.close()


def test_a_stale_attempt_no_longer_counts(opened: Open) -> None:
    store = opened()
    add(store, job("a"))
    lost = store.begin("a")
    assert lost is not None and store.again(lost)
    second = store.begin("a")
    assert second is not None and second.attempt == 2
    assert not store.finish(lost, "{}", []) and not store.fail(lost, problem(500, "a", "b"))
    assert store.finish(second, "{}", [])
    store.close()


MOVES = st.lists(
    st.sampled_from(["begin", "finish", "fail", "again", "cancel", "stale"]), max_size=12
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_a_job_ends_at_most_once_whatever_happens(opened: Open, moves: list[str]) -> None:
    store = opened()
    add(store, job("a"))
    attempts: list[Job] = []
    ends = 0
    for move in moves:
        latest, first = (attempts[-1], attempts[0]) if attempts else (None, None)
        if move == "begin":
            attempts += [begun] if (begun := store.begin("a")) else []
        elif move == "cancel":
            ends += store.cancel("a")
        elif latest and first:
            if move == "again":
                store.again(latest)
            elif move == "fail":
                ends += store.fail(latest, problem(500, "a", "b"))
            else:
                ends += store.finish(first if move == "stale" else latest, "{}", [])
    now = store.get("a")
    assert now is not None
    assert ends == now.state.ended <= 1
    assert [one.attempt for one in attempts] == list(range(1, len(attempts) + 1))
    store.cancel("a")
    assert store.forget(before=2e10)  # for the next example
    store.close()


def test_limits_are_of_owners_and_of_all_and_batches_apart(opened: Open) -> None:
    store = opened()
    store.add([job("a"), job("b")], of_owner=2, of_all=3)
    with pytest.raises(Full, match="the key"):
        store.add([job("c")], of_owner=2, of_all=3)
    store.add([job("c", batch="x")], of_owner=2, of_all=3)
    store.add([job("d", "rival")], of_owner=2, of_all=3)
    with pytest.raises(Full, match="the service"):
        store.add([job("e", "third")], of_owner=2, of_all=3)
    assert store.cancel("a")
    store.add([job("e")], of_owner=2, of_all=3)
    assert store.open_jobs() == 4
    store.close()


def test_an_idempotency_key_is_one_job_of_one_owner(opened: Open) -> None:
    store = opened()
    add(store, job("a", idempotency="once"))
    with pytest.raises(Taken):
        add(store, job("b", idempotency="once"))
    add(store, job("c", "rival", idempotency="once"))
    found = store.once("shop", "once")
    assert found is not None and found.id == "a"
    assert store.once("shop", "") is None
    store.close()


def test_ended_jobs_are_forgotten_open_ones_are_not(opened: Open) -> None:
    store = opened()
    add(store, job("a"), job("b"))
    begun = store.begin("a")
    assert begun is not None and store.finish(begun, "{}", [PICTURE])
    assert [one.id for one in store.forget(before=2e10)] == ["a"]
    assert store.get("a") is None and store.get("b") is not None
    store.close()


def test_a_second_service_is_told_that_there_is_one(opened: Open) -> None:
    store = opened()
    with pytest.raises(UsageError, match="Another service"):
        opened()
    store.close()
    opened().close()


def test_whoever_is_to_be_told_of_an_end_is_due_until_it_is_settled(opened: Open) -> None:
    store = opened()
    add(store, job("a", callback="https://a/"), job("b"))
    for id in ("a", "b"):
        begun = store.begin(id)
        assert begun is not None and not store.due(2e10, 9)
    assert store.cancel("b")
    assert begun is not None and store.next_due(0) is None
    first = store.begin("a") or store.get("a")
    assert first is not None and first.call_state is CallState.WAITING
    assert store.finish(first, "{}", [])
    (due,) = store.due(2e10, 9)
    assert (due.id, due.call_tries) == ("a", 0) and store.next_due(0) == due.ended
    assert [one.id for one in store.forget(before=2e10)] == ["b"]  # a is not told yet
    assert store.called(due, CallState.WAITING, due=3e10, problem="No answer.")
    assert not store.called(due, CallState.DELIVERED, due=None, problem="")  # that try is noted
    assert not store.due(2e10, 9)
    store.close()
    again = opened()
    (second,) = again.due(3e10, 9)
    assert (second.call_tries, second.call_problem) == (1, "No answer.")
    assert again.called(second, CallState.DELIVERED, due=None, problem="")
    assert not again.due(4e10, 9)
    assert [one.call_state for one in again.forget(before=2e10)] == [CallState.DELIVERED]
    again.close()


def test_who_was_not_called_yet_goes_before_who_did_not_answer(opened: Open) -> None:
    store = opened()
    add(store, *(job(id, callback="https://a/") for id in "abc"))
    for id in "abc":
        store.cancel(id)
    for one in store.due(2e10, 2):
        store.called(one, CallState.WAITING, due=1.0, problem="No answer.")
    assert [one.id for one in store.due(2e10, 1)] == ["c"]
    store.close()


@pytest.mark.integration
def test_a_postgres_that_was_away_is_found_again(postgres: PostgresServer) -> None:
    store = JobStore(PostgresDatabase(postgres.url))
    add(store, job("kept"))
    postgres.stop()
    with pytest.raises(StoreLost, match="cannot be used now"):
        store.get("kept")
    with pytest.raises(StoreLost):
        add(store, job("lost"))
    postgres.start()
    kept = store.get("kept")
    assert kept is not None and store.get("lost") is None
    with pytest.raises(UsageError, match="Another service"):
        PostgresDatabase(postgres.url)  # the lock came back with the connection
    assert store.cancel("kept") and store.forget(before=2e10)
    store.close()


@pytest.mark.integration
def test_a_service_waits_for_the_lock_of_one_that_is_just_ending(postgres: PostgresServer) -> None:
    ending = PostgresDatabase(postgres.url)
    with ThreadPoolExecutor() as pool:
        coming = pool.submit(PostgresDatabase, postgres.url)
        with pytest.raises(TimeoutError):
            coming.result(0.5)
        ending.close()
        coming.result(60).close()


def test_a_postgres_that_is_not_there_is_told_without_its_password() -> None:
    pytest.importorskip("psycopg")
    for url in ("postgresql://me:s3cret-word@127.0.0.1:1/jobs", "postgresql://me:s3cret-word@[/x"):
        with pytest.raises(UsageError) as told:
            PostgresDatabase(url)
        assert "s3cret" not in str(told.value)
