"""Bad records in the layouts that indexes are built from: listed if lenient, else an error."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.evals.datasets.reading import DatasetError, lenient
from cropsmith.evals.datasets.registry import load

BOX = [10, 10, 90, 90]


def photos(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("RGB", (100, 100), (len(name) * 9, 40, 90)).save(folder / name)


def fcdb(root: Path) -> None:
    photos(root / "photos", "a.jpg")
    rows = [
        {"file": "a.jpg", "width": 100, "height": 100, "crop": BOX},
        {"file": "bb.jpg", "width": 0, "height": 100, "crop": BOX},
        {"file": "c.jpg", "width": 100, "height": 100, "crop": [1, 2]},
    ]
    (root / "annotations.json").write_text(json.dumps(rows))
    (root / "votes.json").write_text(json.dumps([{"file": "a.jpg", "pairs": 3}]))


def gaicd(root: Path) -> None:
    photos(root / "images" / "train", "a.jpg")
    folder = root / "annotations" / "train"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("4 4 95 95 3.5\nx y\n4 4 87 87 2.5\n1 2 3\nnan 4 9 9 1\n")


def flms(root: Path) -> None:
    photos(root / "images", "a.jpg")
    found = {"a.jpg": [BOX], "b.jpg": 3, "c.jpg": [[1, 2]], "d.jpg": [["x", 1, 2, 3]]}
    (root / "flms.json").write_text(json.dumps(found))


def cpc(root: Path) -> None:
    photos(root / "images", "a.jpg", "bb.jpg", "ccc.jpg", "dddd.jpg")
    folder = root / "CollectedAnnotationsRaw"
    folder.mkdir()
    good = json.dumps({"scores": [[1]], "bboxes": [BOX]})
    for name, text in {
        "a.jpg": json.dumps(good),
        "bb.jpg": "no json",
        "ccc.jpg": "{}",
        "dddd.jpg": json.dumps({"scores": [[1, 2]], "bboxes": [BOX]}),
    }.items():
        (folder / f"{name}.txt").write_text(text)


def sacd(root: Path) -> None:
    photos(root / "images", "a.jpg", "b.jpg", "c.jpg")
    photos(root / "masks", "a.jpg")
    good = {"mask_box": json.dumps([20, 20, 30, 30]), "best_box": [BOX], "crop_box": []}
    (root / "a.json").write_text(json.dumps(good))
    (root / "b.json").write_text(json.dumps({**good, "best_box": 3}))
    (root / "c.json").write_text("{")
    (root / "train.json").write_text(
        json.dumps({"jsons": ["a.json", "b.json", "c.json", "d.json"]})
    )


@pytest.mark.parametrize(("make", "bad"), [(fcdb, 3), (gaicd, 3), (flms, 3), (cpc, 3), (sacd, 3)])
def test_the_good_records_remain(make: Callable[[Path], None], bad: int, tmp_path: Path) -> None:
    root = tmp_path / "train"
    root.mkdir()
    make(root)
    with lenient() as listed:
        dataset = load(root, "gaicd-v1" if make is gaicd else make.__name__)
    assert [photo.name for photo in dataset.photos] == ["a.jpg"]
    assert dataset.photos[0].crops
    assert len(listed) == bad
    assert all(str(root) in str(error) for error in listed)
    with pytest.raises(DatasetError):
        load(root, "gaicd-v1" if make is gaicd else make.__name__)
