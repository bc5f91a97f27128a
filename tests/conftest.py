"""Fixtures for every test. No test reaches further than this machine."""

import importlib.util
import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.photos import write_parts, write_photos, write_turned
from tests.tiny_models import make_clip, make_owl

# A commit passes or fails the same everywhere; `HYPOTHESIS_PROFILE=explore` draws new examples.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

ALL_IS_HERE = "CROPSMITH_TEST_ALL_IS_HERE" in os.environ
"""Set where all that the integration tests drive is installed: a skip there hides a gap. Read
before the fixtures, which clear such variables."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of tiny models as integration tests, as they need torch."""
    for item in items:
        if not {"tiny_models", "tiny_clip", "tiny_resnet"}.isdisjoint(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker("integration")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    measures = "shared_data" in getattr(item, "fixturenames", ())
    if report.skipped and ALL_IS_HERE and not measures and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing should be missing: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped and ALL_IS_HERE:
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing should be missing: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection but those to the loopback address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test out of the user's own folders and settings."""
    for name in [n for n in os.environ if n.startswith("CROPSMITH_") or n.endswith("_API_KEY")]:
        if name != "CROPSMITH_SANDBOX":  # set where the tests shall stay in one process
            monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CROPSMITH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of photographs, NAME.jpg; astronaut.jpg is upright, coffee.jpg is not."""
    folder = tmp_path_factory.mktemp("photos")
    write_photos(folder)
    return folder


@pytest.fixture(scope="session")
def many_photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return 48 small photos, of which no two look alike."""
    return write_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture(scope="session")
def turned_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with landscape_N.jpg and portrait_N.jpg, N = EXIF orientation 0 to 8."""
    folder = tmp_path_factory.mktemp("turned")
    write_turned(folder)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of measurement data; a test that measures on it is skipped without."""
    folder = Path(os.environ.get("CROPSMITH_TEST_DATA", SHARED))
    if not folder.is_dir():
        pytest.skip("the measurement data (../shared/data) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with tiny owlvit/ and owlv2/ models; skip without torch."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("weights")
    make_owl(folder / "owlvit", "owlvit")
    make_owl(folder / "owlv2", "owlv2")
    return folder


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny open_clip model; skip without open_clip."""
    if importlib.util.find_spec("open_clip") is None:  # importing it takes the torchvision guard
        pytest.skip("the clip extra is not installed")
    return make_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="session")
def tiny_resnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny open_clip model that sees by a ResNet; skip without open_clip."""
    if importlib.util.find_spec("open_clip") is None:
        pytest.skip("the clip extra is not installed")
    return make_clip(tmp_path_factory.mktemp("resnet"), resnet=True)
