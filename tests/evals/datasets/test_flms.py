import json
from pathlib import Path

import numpy as np
import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto

io = pytest.importorskip("scipy.io")
KIND = [("filename", "O"), ("bbox", "O")]


def mat(root: Path) -> None:
    rows = np.empty((2, 1), dtype=KIND)
    # y1 x1 y2 x2, as published; a row with a negative marks an annotator who gave nothing.
    rows[0, 0] = ("a.jpg", np.array([[0, 30, 40, 90], [-1, 0, 0, 0], [20, 0, 80, 120]]))
    rows[1, 0] = ("b.jpg", np.array([[0, 0, 80, 160]]))
    io.savemat(root / "500_image_dataset.mat", {"img_gt": rows})


def test_the_published_file_is_y_first(tmp_path: Path, make_photo: MakePhoto) -> None:
    mat(tmp_path)
    make_photo(tmp_path / "image" / "a.jpg")
    make_photo(tmp_path / "image" / "b.jpg", shade=3)
    assert recognise(tmp_path).name == "flms"
    found = load(tmp_path)
    first, second = found.photos
    assert [list(c.box.corners) for c in first.crops] == [[0.25, 0, 0.75, 0.5], [0, 0.25, 1, 1]]
    assert second.crops == ()  # 160 > 120: outside the photo
    assert [p.kind for p in found.problems] == [
        "row with a negative number",
        "box over 2 px out of the frame",
    ]


def test_without_photos_the_size_is_inferred_and_said(tmp_path: Path) -> None:
    mat(tmp_path)
    found = load(tmp_path)
    assert found.photos[0].size and found.photos[0].size.width == 120
    assert "outermost" in str(found.problems[-1])


def test_the_json_form_is_x_first(tmp_path: Path) -> None:
    body = {"a.jpg": [[30, 0, 90, 40], [0, 0, 120, 80]]}
    (tmp_path / "flms.json").write_text(json.dumps(body), "utf-8")
    assert list(load(tmp_path).photos[0].crops[0].box.corners) == [0.25, 0, 0.75, 0.5]


def test_not_a_mat_file(tmp_path: Path) -> None:
    (tmp_path / "500_image_dataset.mat").write_bytes(b"nothing of the kind" * 20)
    with pytest.raises(DatasetError, match="not a MATLAB file"):
        load(tmp_path)
    io.savemat(tmp_path / "500_image_dataset.mat", {"other": 1})
    with pytest.raises(DatasetError, match="no variable img_gt"):
        load(tmp_path)
