"""A small data set with expert crops and votes, and its lessons."""

from pathlib import Path

import pytest

from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.datasets.registry import load
from tests.evals.published import write_fcdb

NAMES = ("astronaut", "coffee", "rocket", "chelsea")


@pytest.fixture(scope="session")
def fcdb_folder(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return four photos with a crop each, and a pair in which the larger crop won."""
    files = [photos / f"{name}.jpg" for name in NAMES]
    return write_fcdb(tmp_path_factory.mktemp("lessons") / "fcdb", files, "train")


@pytest.fixture(scope="session")
def fcdb(fcdb_folder: Path) -> Dataset:
    return load(fcdb_folder)
