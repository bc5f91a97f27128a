"""Fixtures for every test. No test reaches further than this machine."""

import importlib.util
import os
import runpy
import socket
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection but those to the loopback address."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test out of the user's own folders and settings."""
    for name in [n for n in os.environ if n.startswith("CROPSMITH_") or n.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("CROPSMITH_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real measurement photos; skip where the checkout has none beside it."""
    folder = Path(os.environ.get("CROPSMITH_TEST_DATA", SHARED / "data"))
    if not folder.is_dir():
        pytest.skip("the measurement photos (../shared/data) are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def serving() -> Path:
    """Return the folder of provider stubs and tiny models; skip where it is missing."""
    if not (SHARED / "serving").is_dir():
        pytest.skip("the stub servers (../shared/serving) are not beside this checkout")
    return SHARED / "serving"


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with tiny owlvit/ and owlv2/ models; skip without torch."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    make = runpy.run_path(str(Path(__file__).parent / "tiny_models.py"))
    folder = tmp_path_factory.mktemp("weights")
    make["make_owl"](folder / "owlvit", "owlvit")
    make["make_owl"](folder / "owlv2", "owlv2")
    return folder


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny open_clip model; skip without open_clip."""
    if importlib.util.find_spec("open_clip") is None:  # importing it takes the torchvision guard
        pytest.skip("the clip extra is not installed")
    make = runpy.run_path(str(Path(__file__).parent / "tiny_models.py"))
    made: Path = make["make_clip"](tmp_path_factory.mktemp("clip"))
    return made
