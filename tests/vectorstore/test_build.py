import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import UnreadableImage, UsageError
from cropsmith.vectorstore.build import Entry, Opened, Progress, build
from cropsmith.vectorstore.cache import EmbeddingCache
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.index import Index, index_folder, list_indexes, read_manifest


class Counting(LayoutDescriptor):
    def __init__(self) -> None:
        self.described = 0

    def prepare(self, picture: np.ndarray) -> np.ndarray:
        self.described += 1
        return super().prepare(picture)


def entry(number: int, fingerprint: str = "1") -> Entry:
    def read(side: int) -> Opened:
        if number % 10 == 7:
            raise UnreadableImage(f"photo {number} is broken.")
        rng = np.random.default_rng(number)
        picture = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)
        sha256 = hashlib.sha256(picture.tobytes()).hexdigest()
        return Opened(sha256, picture, json.dumps({"number": number, "mark": fingerprint}))

    return Entry(f"test/{number}", fingerprint, read)


def make(folder: Path, dataset: str = "test") -> Index:
    return Index.create(folder, LayoutDescriptor(), name="builtin", dataset=dataset)


def test_bad_photos_are_listed_and_the_rest_is_there(tmp_path: Path) -> None:
    seen: list[Progress] = []
    index = make(tmp_path)
    report = build(
        index, LayoutDescriptor(), [entry(n) for n in range(40)], on_progress=seen.append
    )
    assert (report.added, report.kept) == (36, 0)
    assert [bad.id for bad in report.bad] == [f"test/{n}" for n in (7, 17, 27, 37)]
    assert "photo 7 is broken" in report.bad[0].reason
    assert seen[-1].done == seen[-1].total == 40 and seen[-1].rate > 0
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_a_second_build_adds_only_what_is_new_or_changed(tmp_path: Path) -> None:
    index, by, cache = make(tmp_path / "i"), Counting(), EmbeddingCache(tmp_path / "e.sqlite")
    build(index, by, [entry(n) for n in range(6)], cache=cache)
    assert by.described == 6
    again = build(index, by, [entry(0, "2"), *(entry(n) for n in range(1, 7))] * 2, cache=cache)
    assert (again.added, again.kept) == (2, 5)
    assert by.described == 7  # the changed labels' photo came from the cache
    payloads = {row.id: json.loads(row.payload)["mark"] for row in index.store.rows()}
    assert len(payloads) == 7 and payloads["test/0"] == "2"


def test_a_row_finds_itself(tmp_path: Path) -> None:
    index, by = make(tmp_path), LayoutDescriptor()
    build(index, by, [entry(n) for n in range(6)])
    hits = index.search(by, entry(3).open(160).picture, 2)
    assert hits[0].id == "test/3" and hits[0].similarity == pytest.approx(1, abs=1e-5)


def test_an_index_refuses_another_embedder_and_another_dataset(tmp_path: Path) -> None:
    class Other(LayoutDescriptor):
        id = "other"

    make(tmp_path).close()
    with pytest.raises(UsageError, match="built with the embedder builtin/layout-1; other"):
        Index.open(tmp_path, Other())
    with pytest.raises(UsageError, match="other cannot search it"):
        Index.create(tmp_path, Other(), name="other", dataset="test")
    with pytest.raises(UsageError, match="was built from 'test', not from 'gaicd'"):
        make(tmp_path, "gaicd")


def test_missing_and_damaged_manifests(tmp_path: Path, home: Path) -> None:
    with pytest.raises(UsageError, match="There is no index"):
        Index.open(tmp_path / "none")
    (tmp_path / "index.json").write_text('{"version": 2}')
    with pytest.raises(UsageError, match="damaged"):
        read_manifest(tmp_path)
    with pytest.raises(UsageError, match="not a name"):
        index_folder("a b?")
    make(index_folder("mine")).close()
    assert list(list_indexes()) == ["mine"] and index_folder("mine").is_relative_to(home)


BUILDER = """
import sys, hashlib, json, numpy as np
from pathlib import Path
from cropsmith.vectorstore.build import Entry, Opened, build
from cropsmith.vectorstore.descriptor import LayoutDescriptor
from cropsmith.vectorstore.index import Index
import cropsmith.vectorstore.build as module
module.COMMIT_ROWS = 20
def entry(n):
    def read(side):
        picture = np.random.default_rng(n).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        return Opened(hashlib.sha256(picture.tobytes()).hexdigest(), picture, json.dumps(n))
    return Entry(f"test/{n}", "1", read)
by = LayoutDescriptor()
index = Index.create(Path(sys.argv[1]), by, name="builtin", dataset="test")
build(index, by, [entry(n) for n in range(int(sys.argv[2]))],
      on_progress=lambda p: print(p.done, flush=True))
"""


def run(folder: Path, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-c", BUILDER, str(folder), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.integration  # for its length alone
def test_a_build_goes_on_after_kills_at_any_moment(tmp_path: Path) -> None:
    for wait in (0.35, 0.5, 0.6, 0.7, 0.8, 0.9):
        process = run(tmp_path, 1500)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    final = run(tmp_path, 1500)
    final.communicate(timeout=60)
    assert final.returncode == 0
    index = Index.open(tmp_path, LayoutDescriptor())
    stored = list(index.store.rows())
    assert sorted(row.id for row in stored) == sorted(f"test/{n}" for n in range(1500))
    for row in stored[::100]:
        number = int(row.id.removeprefix("test/"))
        picture = np.random.default_rng(number).integers(0, 256, (30, 40, 3), dtype=np.uint8)
        expected = LayoutDescriptor().embed([LayoutDescriptor().prepare(picture)])[0]
        assert np.allclose(row.vector, expected, atol=1e-6)


@pytest.mark.integration  # for its length alone
def test_two_builds_at_once(tmp_path: Path) -> None:
    both = [run(tmp_path, 300), run(tmp_path, 400)]
    for process in both:
        process.communicate(timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    assert len(Index.open(tmp_path).store) == 400
