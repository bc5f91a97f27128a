import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.errors import CropsmithError, OutputError, UsageError
from cropsmith.vectorstore import exact
from cropsmith.vectorstore.exact import ExactStore
from cropsmith.vectorstore.store import Row

DIMENSION = 16


def rows(count: int, seed: int = 0, prefix: str = "r") -> list[Row]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return [Row(f"{prefix}{n}", vectors[n], f'{{"n": {n}}}', "1") for n in range(count)]


def nearest(some: list[Row], query: Row, count: int) -> list[str]:
    def cosine(row: Row) -> float:
        lengths = np.linalg.norm(row.vector) * np.linalg.norm(query.vector)
        return -float(row.vector @ query.vector / lengths)

    return [row.id for row in sorted(some, key=cosine)[:count]]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 60), st.integers(1, 80), st.integers(0, 1000))
def test_search_is_exact(count: int, top: int, seed: int) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        store = ExactStore(Path(folder), DIMENSION)
        some = rows(count, seed)
        store.add(some)
        query = rows(1, seed + 1)[0]
        hits = store.search(query.vector, top)
        assert [hit.id for hit in hits] == nearest(some, query, top)
        assert all(-1.001 <= hit.similarity <= 1.001 for hit in hits)
        store.close()


def test_a_row_is_replaced_not_doubled(tmp_path: Path) -> None:
    store = ExactStore(tmp_path, DIMENSION)
    store.add(rows(5))
    old, new = rows(1)[0], rows(1, seed=9)[0]
    assert store.search(old.vector, 1)[0].id == "r0"
    store.add([Row("r0", new.vector, '"new"', "2")])
    assert len(store) == 5
    assert store.known(["r0", "r1", "absent"]) == {"r0": "2", "r1": "1"}
    assert store.search(new.vector, 1)[0].payload == '"new"'
    assert store.search(old.vector, 1)[0].similarity < 0.999
    store.remove(["r0", "absent"])
    assert len(store) == 4
    assert "r0" not in [hit.id for hit in store.search(new.vector, 10)]


def test_another_process_is_seen_and_the_snapshot_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exact, "SNAPSHOT_EVERY", 50)
    first, second = ExactStore(tmp_path, DIMENSION), ExactStore(tmp_path, DIMENSION)
    some = rows(120)
    first.add(some[:60])
    query = rows(1, seed=3)[0]
    assert [h.id for h in second.search(query.vector, 7)] == nearest(some[:60], query, 7)
    assert list(tmp_path.glob("vectors-0-60-*.f32"))
    first.add(some[60:])
    for store in (second, first, ExactStore(tmp_path, DIMENSION)):
        assert [h.id for h in store.search(query.vector, 7)] == nearest(some, query, 7)
    assert [p.name for p in tmp_path.glob("vectors-*.f32")] == [
        p.name for p in tmp_path.glob("vectors-0-120-*.f32")
    ]


def test_a_damaged_snapshot_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "SNAPSHOT_EVERY", 50)
    some, query = rows(80), rows(1, seed=3)[0]
    store = ExactStore(tmp_path, DIMENSION)
    store.add(some)
    expected = nearest(some, query, 9)
    assert [h.id for h in store.search(query.vector, 9)] == expected
    store.close()
    (path,) = tmp_path.glob("vectors-*.f32")
    broken = bytearray(path.read_bytes())
    broken[len(broken) // 2 :] = bytes(len(broken) - len(broken) // 2)
    for content in (bytes(broken), path.read_bytes()[:-40], b""):
        path.write_bytes(content)
        reopened = ExactStore(tmp_path, DIMENSION)
        assert [h.id for h in reopened.search(query.vector, 9)] == expected
        reopened.close()


@pytest.mark.parametrize("where", ["header", "middle", "all"])
def test_a_damaged_file_is_one_sentence(tmp_path: Path, where: str) -> None:
    store = ExactStore(tmp_path, DIMENSION)
    store.add(rows(500))
    store.close()
    path = tmp_path / "rows.sqlite"
    content = bytearray(path.read_bytes())
    start, end = {"header": (0, 100), "middle": (4096, 40960), "all": (0, len(content))}[where]
    content[start:end] = b"\x5a" * (end - start)
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is damaged"):
        ExactStore(tmp_path, DIMENSION).search(rows(1)[0].vector, 3)


ADDER = """
import sys, numpy as np
from pathlib import Path
from cropsmith.vectorstore.exact import ExactStore
from cropsmith.vectorstore.store import Row
folder, prefix, start, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
store = ExactStore(folder, 16)
for n in range(start, start + count, 5):
    store.add([Row(f"{prefix}{i}", np.full(16, i + 1, np.float32), "{}", "1")
               for i in range(n, min(n + 5, start + count))])
    print(n + 5, flush=True)
"""


def adder(folder: Path, prefix: str, start: int, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-c", ADDER, str(folder), prefix, str(start), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_add_at_once(tmp_path: Path) -> None:
    both = [adder(tmp_path, "a", 0, 300), adder(tmp_path, "a", 150, 300)]
    assert [process.wait(60) for process in both] == [0, 0]
    for process in both:
        assert process.stdout
        process.stdout.close()
    store = ExactStore(tmp_path, DIMENSION)
    assert sorted(row.id for row in store.rows()) == sorted(f"a{n}" for n in range(450))


def test_a_kill_loses_nothing_that_was_added(tmp_path: Path) -> None:
    for attempt in range(4):
        process = adder(tmp_path, f"k{attempt}-", 0, 100_000)
        assert process.stdout
        told = 0
        for _ in range(3 + 5 * attempt):
            told = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        store = ExactStore(tmp_path, DIMENSION)
        ids = {row.id for row in store.rows() if row.id.startswith(f"k{attempt}-")}
        assert {f"k{attempt}-{n}" for n in range(told)} <= ids
        assert len(ids) % 5 == 0
        assert ids == {f"k{attempt}-{n}" for n in range(len(ids))}
        store.close()


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from cropsmith.vectorstore.exact import ExactStore
store = ExactStore(__import__("pathlib").Path(sys.argv[1]), 16)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
import numpy as np
from cropsmith.errors import OutputError
from cropsmith.vectorstore.store import Row
added = 0
try:
    for n in range(100_000):
        store.add([Row(str(n), np.ones(16, np.float32), "x" * 1000, "1")])
        added += 1
except OutputError as error:
    print(added, error)
"""


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    added, _, message = done.stdout.partition(" ")
    assert "cannot be used" in message and int(added) > 10
    store = ExactStore(tmp_path, DIMENSION)
    assert len(store) == int(added)
    store.add([Row("more", np.ones(16, np.float32), "{}", "1")])
    assert len(store) == int(added) + 1


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        ExactStore(tmp_path / "file" / "index", DIMENSION)


def test_a_matrix_of_another_dimension_is_refused(tmp_path: Path) -> None:
    ExactStore(tmp_path, DIMENSION).add(rows(3))
    with pytest.raises(CropsmithError):
        ExactStore(tmp_path, DIMENSION * 2).search(np.ones(32, np.float32), 2)
