"""One service with two keys for the tests of this folder, which a client asks over a socket."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytest.importorskip("fastapi")
pytest.importorskip("prometheus_client")

from cropsmith.service.keys import new_key
from tests.cropsmith.service.served import Served, Web, serving


@pytest.fixture(scope="session")
def jpeg(photos: Path) -> bytes:
    """Return the astronaut as a file: 384 x 512."""
    return (photos / "astronaut.jpg").read_bytes()


@pytest.fixture(scope="session")
def web(jpeg: bytes) -> Iterator[Web]:
    found = Web(jpeg)
    yield found
    found.close()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the keys of two owners, and under "file" where their hashes are."""
    path = tmp_path_factory.mktemp("keys") / "keys.toml"
    made = {name: new_key(path, name) for name in ("shop", "rival")}
    few = new_key(path, "few")
    with path.open("a", encoding="utf-8") as file:
        file.write("per_minute = 1\nburst = 2\n")
    return {**made, "few": few, "file": str(path)}


@pytest.fixture(scope="session")
def served(keys: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("service-home")
    options = ("--keys", keys["file"], "--workers", "1", "--max-upload", "2MB", "--wait", "90")
    with serving(home, *options, "--allow-address", "127.0.0.1") as service:
        yield service


@pytest.fixture
def shop(served: Served, keys: dict[str, str]) -> Iterator[httpx.Client]:
    with served.client(keys["shop"]) as client:
        yield client


@pytest.fixture
def rival(served: Served, keys: dict[str, str]) -> Iterator[httpx.Client]:
    with served.client(keys["rival"]) as client:
        yield client


@pytest.fixture
def nobody(served: Served) -> Iterator[httpx.Client]:
    with served.client() as client:
        yield client
