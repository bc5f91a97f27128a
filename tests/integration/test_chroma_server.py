"""The Chroma store against a real Chroma server, alone and from two processes at once."""

import gc
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import Unavailable
from cropsmith.evals.study.serving import free_port
from cropsmith.vectorstore.chroma import ChromaStore
from cropsmith.vectorstore.store import Row

pytestmark = [
    pytest.mark.integration,
    # Chroma's client leaves its connections to the garbage collector.
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning",
        "ignore::ResourceWarning",
        "ignore::pytest.PytestUnraisableExceptionWarning",
    ),
]

ADDER = """
import sys, numpy as np
from cropsmith.vectorstore.chroma import ChromaStore
from cropsmith.vectorstore.store import Row
store = ChromaStore(collection="test", dimension=16, url=sys.argv[1])
start = int(sys.argv[2])
rng = np.random.default_rng(start)
for n in range(start, start + 60, 10):
    store.add([Row(f"a{i}", rng.normal(size=16).astype("f4"), "{}", "1") for i in range(n, n + 10)])
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    chroma = shutil.which("chroma", path=str(Path(sys.executable).parent)) or shutil.which("chroma")
    if chroma is None:
        pytest.skip("the chroma command is not installed")
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    url = f"http://127.0.0.1:{port}"
    command = [chroma, "run", "--path", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(120):
        try:
            ChromaStore(collection="ready", dimension=2, url=url).close()
            break
        except Unavailable:
            time.sleep(0.5)
    yield url
    process.terminate()
    process.wait(20)


def test_a_server_keeps_rows_of_two_processes(server: str) -> None:
    command = [sys.executable, "-P", "-c", ADDER, server]
    both = [subprocess.Popen([*command, start]) for start in ("0", "30")]
    assert [process.wait(120) for process in both] == [0, 0]
    store = ChromaStore(collection="test", dimension=16, url=server)
    assert len(store) == 90
    row = Row("one", np.eye(16, dtype=np.float32)[3], '{"a": 1}', "f")
    store.add([row])
    (hit,) = store.search(row.vector, 1)
    assert (hit.id, hit.payload) == ("one", '{"a": 1}') and hit.similarity > 0.999
    assert store.known(["one", "two"]) == {"one": "f"}
    store.remove([f"a{n}" for n in range(90)])
    assert [kept.id for kept in store.rows()] == ["one"]
    store.close()
    del store
    gc.collect()
