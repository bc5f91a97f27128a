import sqlite3
from pathlib import Path

import pytest

from cropsmith.errors import OutputError, UsageError
from cropsmith.evals.study.store import Store
from cropsmith.evals.trial import Answer, SampleStatus
from cropsmith.tools.schema.geometry import Box

OK = Answer(status=SampleStatus.OK, box=Box.of((0, 0, 0.5, 1)), reasons=("calm",), cost=0.25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "study" / "samples.sqlite3"


def finish(store: Store, key: str, answer: Answer, attempt: int = 1) -> None:
    store.finish(key, "system", "a.jpg", 1, answer, attempt=attempt, started=1.0, seconds=2.0)


def test_a_sample_comes_back_as_it_was(path: Path) -> None:
    with Store(path, write=True) as store:
        finish(store, "k", OK)
    with Store(path, write=False) as store:
        found = store.sample("k")
        assert found and found.answer == OK and (found.attempts, found.seconds) == (1, 2.0)
        assert store.states() == {"k": SampleStatus.OK}
        assert store.mean_of("system") == (1, 2.0, 0.25)
        assert store.sample("other") is None


def test_a_retried_sample_is_there_once_with_its_attempts(path: Path) -> None:
    failed = Answer(status=SampleStatus.UNAVAILABLE, message="503")
    with Store(path, write=True) as store:
        finish(store, "k", failed)
        assert store.attempt_of("k") == 2
        finish(store, "k", OK, attempt=2)
        assert store.states() == {"k": SampleStatus.OK}
        rows = store._do("SELECT attempt, status, message FROM attempts ORDER BY attempt")
        assert rows == [(1, "unavailable", "503"), (2, "ok", "")]


def test_one_run_at_a_time_and_any_number_of_readers(path: Path) -> None:
    with Store(path, write=True):
        with pytest.raises(UsageError, match="Another run is using"):
            Store(path, write=True)
        Store(path, write=False).close()
    Store(path, write=True).close()


def test_calls_and_what_they_cost(path: Path) -> None:
    with Store(path, write=True) as store:
        for name in ("paid", "unknown", "fault", "under way"):
            store.begin_call(name, "k", "m", "propose")
        store.end_call("paid", "ok", 0.5, 1.0, "answer")
        store.end_call("unknown", "invalid", None, 1.0, "bad answer")
        store.end_call("fault", "unavailable", 0.0, 1.0, "")
        spent = store.spending()
        assert (spent.calls, spent.cost, spent.unknown, spent.broken_off) == (3, 0.5, 1, 1)
        # An answer is taken up, good or bad; what did not come is asked again.
        assert [store.reply(n) for n in ("paid", "unknown", "fault", "under way", "none")] == [
            "answer", "bad answer", None, None, None,
        ]  # fmt: skip


def test_a_photo_is_read_again_only_if_it_changed(path: Path, tmp_path: Path) -> None:
    photo, reads = tmp_path / "a.jpg", []
    photo.write_bytes(b"one")

    def read(file: Path) -> str:
        reads.append(file)
        return file.read_text()

    with Store(path, write=True) as store:
        assert [store.photo_sha256(photo, read) for _ in range(3)] == ["one"] * 3
        assert len(reads) == 1
        store.set_faces(str(photo), [[0, 0, 1, 1]])
        assert store.faces(str(photo)) == [[0, 0, 1, 1]]
        photo.write_bytes(b"other")
        assert store.photo_sha256(photo, read) == "other"
        assert store.faces(str(photo)) is None


def test_what_cannot_be_opened(path: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no samples"):
        Store(path, write=False)
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, but long enough to look at" * 30)
    with pytest.raises(OutputError, match="cannot be opened"):
        Store(path, write=True)
    other = tmp_path / "new.sqlite3"
    db = sqlite3.connect(other)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(UsageError, match="newer cropsmith"):
        Store(other, write=True)
