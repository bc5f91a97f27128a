import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto

BOXES = [[0, 0, 60, 40], [30, 20, 90, 60]]


def write(root: Path, scores: list[list[int]], boxes: list[list[int]] = BOXES) -> None:
    folder = root / "CollectedAnnotationsRaw"
    folder.mkdir(exist_ok=True)
    inner = json.dumps({"scores": scores, "bboxes": boxes})
    (folder / "a.jpg.txt").write_text(json.dumps(inner), "utf-8")


def test_json_inside_json(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "images" / "a.jpg")
    write(tmp_path, [[0, 2], [1, 2]])
    assert recognise(tmp_path).name == "cpc"
    (photo,) = load(tmp_path).photos
    assert [c.score for c in photo.crops] == [2.0, 0.5]
    assert list(photo.crops[0].box.corners) == [0.25, 0.25, 0.75, 0.75]


def test_raters_must_rate_every_box(tmp_path: Path) -> None:
    write(tmp_path, [[0, 2], [1]])
    with pytest.raises(DatasetError, match=r"a\.jpg\.txt:1: a rater's scores must be 2 numbers"):
        load(tmp_path)


def test_inner_text_must_be_json(tmp_path: Path) -> None:
    write(tmp_path, [])
    (tmp_path / "CollectedAnnotationsRaw" / "a.jpg.txt").write_text('"{no"', "utf-8")
    with pytest.raises(DatasetError, match=r"a\.jpg\.txt:1: is not JSON"):
        load(tmp_path)
