import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import Unavailable, UsageError
from cropsmith.vectorstore.store import Row

pytest.importorskip("chromadb", reason="the chroma extra is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

from cropsmith.vectorstore.chroma import ChromaStore  # noqa: E402
from tests.vectorstore.test_exact import DIMENSION, nearest, rows  # noqa: E402


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ChromaStore]:
    made = ChromaStore(collection="test", dimension=DIMENSION, folder=tmp_path)
    yield made
    made.close()


def test_it_answers_like_the_exact_store(store: ChromaStore) -> None:
    some, query = rows(200), rows(1, seed=3)[0]
    store.add(some)
    hits = store.search(query.vector, 10)
    assert [hit.id for hit in hits] == nearest(some, query, 10)
    lengths = np.linalg.norm(some[0].vector) * np.linalg.norm(query.vector)
    found = {hit.id: hit.similarity for hit in store.search(query.vector, 200)}
    assert found["r0"] == pytest.approx(float(some[0].vector @ query.vector / lengths), abs=1e-4)


def test_rows_are_replaced_and_removed(store: ChromaStore) -> None:
    store.add(rows(5))
    store.add([Row("r0", rows(1, seed=9)[0].vector, '"new"', "2")])
    assert len(store) == 5
    assert store.known(["r0", "r1", "absent"]) == {"r0": "2", "r1": "1"}
    store.remove(["r0"])
    assert [row.id for row in store.rows()] == ["r1", "r2", "r3", "r4"]
    assert store.search(rows(1)[0].vector, 99) and len(store) == 4


ADDER = """
import sys, numpy as np
from pathlib import Path
from cropsmith.vectorstore.chroma import ChromaStore
from cropsmith.vectorstore.store import Row
store = ChromaStore(collection="test", dimension=16, folder=Path(sys.argv[1]))
rng = np.random.default_rng(int(sys.argv[2]))
for n in range(int(sys.argv[2]), int(sys.argv[2]) + 60, 10):
    store.add([Row(f"a{i}", rng.normal(size=16).astype("f4"), "{}", "1") for i in range(n, n + 10)])
"""


@pytest.mark.integration  # for its length alone
def test_two_processes_add_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-c", ADDER, str(tmp_path)]
    both = [subprocess.Popen([*command, start], stderr=subprocess.PIPE) for start in ("0", "30")]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    store = ChromaStore(collection="test", dimension=DIMENSION, folder=tmp_path)
    assert len(store) == 90
    assert len(store.search(np.ones(16, np.float32), 90)) == 90
    store.close()


def test_a_damaged_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "chroma.sqlite3").write_bytes(b"not a database at all" * 500)
    with pytest.raises(UsageError, match="is damaged"):
        ChromaStore(collection="test", dimension=DIMENSION, folder=tmp_path)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(Unavailable, match="does not answer"):
        ChromaStore(collection="test", dimension=DIMENSION, url="http://127.0.0.1:9")
    with pytest.raises(UsageError, match="not the URL"):
        ChromaStore(collection="test", dimension=DIMENSION, url="localhost")
