"""Weights by name: pinned, whole, offline when told."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.tools.models import weights
from cropsmith.tools.models.weights import WeightFile, WeightsMissing

CONTENT = b"pinned weights" * 10_000


@pytest.fixture
def served() -> Iterator[str]:
    """Serve CONTENT on every path but /broken, which sends half of it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = CONTENT[: len(CONTENT) // 2] if self.path == "/broken" else CONTENT
            if self.path == "/other":
                body = b"x" * len(CONTENT)
            self.send_response(404 if self.path == "/none" else 200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch, served: str) -> Iterator[None]:
    """Offer `good`, `broken`, `other` and `none`, all pinned to CONTENT."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.delenv("TRANSFORMERS_OFFLINE", raising=False)
    table = {
        name: WeightFile(
            name=name,
            file=f"{name}.bin",
            bytes=len(CONTENT),
            sha256=hashlib.sha256(CONTENT).hexdigest(),
            url=f"{served}/{name}",
            about="",
            licence="",
        )
        for name in ("good", "broken", "other", "none")
    }
    monkeypatch.setattr(weights, "weight_files", lambda: table)
    return iter(())


@pytest.mark.usefixtures("pinned")
def test_fetches_once_and_reports_progress(home: Path) -> None:
    seen: list[int] = []
    path = weights.fetch("good", lambda done, _total: seen.append(done))
    assert path == home / "weights" / "good.bin"
    assert path.read_bytes() == CONTENT
    assert seen[-1] == len(CONTENT) and seen == sorted(seen)
    weights.fetch("good", lambda _done, _total: pytest.fail("fetched a second time"))
    assert weights.find_weights("good") == path


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("name", ["broken", "other", "none"])
def test_a_bad_download_leaves_nothing(home: Path, name: str) -> None:
    with pytest.raises(WeightsMissing):
        weights.fetch(name)
    assert list((home / "weights").iterdir()) == []


@pytest.mark.usefixtures("pinned")
def test_offline_flag_forbids_the_download(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsMissing, match="offline"):
        weights.fetch("good")
    assert weights.find_weights("good") is None
    assert not (home / "weights").exists()


@pytest.mark.usefixtures("pinned")
def test_a_changed_file_is_refused(home: Path) -> None:
    (home / "weights").mkdir()
    (home / "weights" / "good.bin").write_bytes(b"something else")
    with pytest.raises(WeightsMissing, match="sha256"):
        weights.find_weights("good")


def test_unknown_name_suggests() -> None:
    with pytest.raises(UsageError, match="yunet"):
        weights.fetch("yunnet")


def test_the_pinned_face_detector_is_the_tested_one(shared_data: Path) -> None:
    row = weights.weight_file("yunet")
    data = (shared_data / "weights" / row.file).read_bytes()
    assert (len(data), hashlib.sha256(data).hexdigest()) == (row.bytes, row.sha256)


def put_model(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"")
    return folder


@pytest.mark.parametrize("place", ["google/owl", "google--owl", "owl"])
def test_a_model_is_found_in_the_weights_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    assert weights.local_model("google/owl") is None
    folder = put_model(tmp_path / place)
    assert weights.local_model("google/owl") == folder
    assert weights.model_source("google/owl") == str(folder)


def test_a_model_is_found_in_the_hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    folder = put_model(tmp_path / "models--google--owl" / "snapshots" / "abc")
    assert weights.local_model("google/owl") == folder


def test_a_missing_model_is_one_sentence_when_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "true")
    with pytest.raises(WeightsMissing, match=r"^The model google/owl is not on this machine"):
        weights.model_source("google/owl")
    monkeypatch.delenv("TRANSFORMERS_OFFLINE")
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    assert weights.model_source("google/owl") == "google/owl"
    with pytest.raises(WeightsMissing, match="no folder"):
        weights.model_source(str(tmp_path / "nowhere"))


def test_a_commit_is_fetched_and_not_whatever_the_hub_has_by_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    for name, revision in weights._revisions().items():
        assert weights.revision_of(name) == (name, revision) and len(revision) == 40
    assert weights.revision_of("google/owl@abc") == ("google/owl", "abc")
    assert weights.revision_of("google/owl") == ("google/owl", "main")
    snapshots = tmp_path / "models--google--owl" / "snapshots"
    wanted, other = put_model(snapshots / "abc"), put_model(snapshots / "def")
    assert weights.local_model("google/owl@abc") == wanted
    assert weights.local_model("google/owl@def") == other
    assert weights.local_model("google/owl@nothing") is None
