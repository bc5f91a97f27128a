import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto

URL = "https://farm1.staticflickr.com/1/"


def official(root: Path, make_photo: MakePhoto, crops: dict[str, list[int]]) -> Path:
    for shade, name in enumerate(crops):
        make_photo(root / "images" / name, shade=shade * 9)
    rows = [{"url": URL + name, "flickr_photo_id": 1, "crop": crop} for name, crop in crops.items()]
    (root / "cropping_testing_set.json").write_text(json.dumps(rows, indent=0), "utf-8")
    pair = {"crop_0": [0, 0, 60, 40], "crop_1": [0, 0, 30, 40], "vote_for_0": 1, "vote_for_1": 4}
    votes = [{"url": URL + name, "flickr_photo_id": 1, "crops": [pair]} for name in crops]
    (root / "ranking_annotation.json").write_text(json.dumps(votes), "utf-8")
    return root


def test_the_published_layout(tmp_path: Path, make_photo: MakePhoto) -> None:
    root = official(tmp_path, make_photo, {"a.jpg": [30, 20, 60, 40], "b.jpg": [0, 0, 120, 80]})
    assert recognise(root).name == "fcdb"
    found = load(root)
    first = found.photos[0]
    assert (first.name, first.split) == ("a.jpg", "test")
    assert list(first.crops[0].box.corners) == [0.25, 0.25, 0.75, 0.75]
    assert list(first.votes[0].first.corners) == [0, 0, 0.5, 0.5]
    assert (first.votes[0].for_first, first.votes[0].for_second) == (1, 4)
    assert found.problems == ()


def test_boxes_that_overrun_are_clamped_or_dropped(tmp_path: Path, make_photo: MakePhoto) -> None:
    root = official(tmp_path, make_photo, {"a.jpg": [30, 20, 92, 40], "b.jpg": [30, 20, 99, 40]})
    found = load(root)
    assert found.photos[0].crops[0].box.x2 == 1
    assert found.photos[1].crops == ()
    assert [(p.count, p.effect) for p in found.problems] == [(1, "clamped"), (1, "dropped")]


def test_placeholders_go_and_duplicates_stay(tmp_path: Path, make_photo: MakePhoto) -> None:
    names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"]
    root = official(tmp_path, make_photo, {name: [0, 0, 60, 40] for name in names})
    for name in names[:3]:
        make_photo(root / "images" / name, shade=200)  # "this photo is no longer available"
    for name in names[3:5]:
        make_photo(root / "images" / name, shade=100)
    found = load(root)
    assert [p.name for p in found.photos] == names[3:]
    kinds = {p.kind: p.count for p in found.problems}
    assert kinds["placeholder picture"] == 3 and kinds["duplicate photo"] == 1


def test_a_missing_photo_has_no_size(tmp_path: Path, make_photo: MakePhoto) -> None:
    root = official(tmp_path, make_photo, {"a.jpg": [0, 0, 60, 40], "b.jpg": [0, 0, 60, 40]})
    (root / "images" / "a.jpg").unlink()
    found = load(root)
    assert [p.name for p in found.photos] == ["b.jpg"]
    assert found.problems[0].kind.startswith("photo missing")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[\n{"url": "x/a.jpg"}]', r"testing_set\.json:2: 'crop' is missing"),
        ('[\n{"url": "x/a.jpg", "crop": [1, 2]}]', r":2: 'crop' must be 4 numbers"),
        ('[\n{"url": "x/a.jpg", "crop": [1, 2, 3, "4"]}]', r":2: 'crop' must be 4 numbers"),
        ('[\n{"url": "x/a.jpg", "crop": [1, 2, 3, 1e999]}]', r":2: 'crop' must be 4 numbers"),
        ("{}", "array was expected"),
    ],
)
def test_complaints_name_the_line(
    tmp_path: Path, make_photo: MakePhoto, text: str, message: str
) -> None:
    make_photo(tmp_path / "images" / "a.jpg")
    (tmp_path / "cropping_testing_set.json").write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=message):
        load(tmp_path)


def test_the_training_part(shared_data: Path) -> None:
    found = load(shared_data / "fcdb_train")
    assert found.splits == {"train": 1335}
    assert sum(len(p.votes) for p in found.photos) == 13350
    assert all(len(p.crops) == 1 for p in found.photos)
    assert found.problems == ()
