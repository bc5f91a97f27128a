"""A small folder of measurement data, from scikit-image's photos with boxes seen by eye."""

import json
from pathlib import Path

import pytest

from cropsmith.evals.lab.asked.folder import DataFolder
from cropsmith.evals.lab.asked.question import Picture, Thing
from cropsmith.tools.schema.geometry import Box, Size
from tests.photos import read_photo

THINGS = {
    "coffee": {"cup": (150, 60, 420, 330), "spoon": (420, 80, 520, 360)},
    "chelsea": {"cat": (50, 0, 400, 300)},
    "rocket": {"rocket": (290, 70, 350, 330), "tower": (380, 150, 470, 340)},
}
"""Pixels on the photos as they are."""


@pytest.fixture(scope="session")
def data_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    rows = []
    for folder in ("grounding/photos", "photos", "fcdb_train/photos"):
        (root / folder).mkdir(parents=True)
    for name, things in THINGS.items():
        photo = read_photo(name)
        photo.save(root / "grounding" / "photos" / f"{name}.jpg", quality=95)
        objects = [{"class": label, "box": box} for label, box in things.items()]
        size = {"width": photo.width, "height": photo.height}
        rows.append({"file": f"{name}.jpg", **size, "objects": objects})
    (root / "grounding" / "annotations.json").write_text(json.dumps(rows))
    read_photo("astronaut").save(root / "photos" / "astronaut.jpg", quality=95)
    read_photo("chelsea").save(root / "photos" / "chelsea again.jpg", quality=60)
    (root / "photos" / "broken.jpg").write_bytes(b"no photo")
    (root / "photos" / "index.json").write_text("[]")
    read_photo("motorcycle_left").save(root / "fcdb_train" / "photos" / "motorcycle.jpg")
    return root


@pytest.fixture
def data(data_root: Path) -> DataFolder:
    return DataFolder(data_root)


def picture(*things: Thing, width: int = 600, height: int = 400) -> Picture:
    """Return a picture that nobody opens."""
    return Picture("a.jpg", Path("a.jpg"), Size(width=width, height=height), things)


def thing(label: str, *corners: float) -> Thing:
    return Thing(label, Box.of(corners))
