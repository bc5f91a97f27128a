import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto

LABEL: dict[str, object] = {
    "mask_box": "[30, 20, 60, 40]",
    "best_box": [[0, 0, 60, 80]],
    "crop_box": [[0, 0, 120, 40], [0, 0, 90, 40]],
}


def write(root: Path, make_photo: MakePhoto, label: dict[str, object]) -> None:
    make_photo(root / "images" / "a.jpg")
    make_photo(root / "masks" / "a.jpg", shade=255)
    (root / "jsons").mkdir()
    (root / "jsons" / "a.json").write_text(json.dumps(label), "utf-8")
    (root / "test.json").write_text('{"jsons": ["jsons/a.json"]}', "utf-8")


def test_mask_box_is_a_text_and_has_width_and_height(tmp_path: Path, make_photo: MakePhoto) -> None:
    write(tmp_path, make_photo, LABEL)
    assert recognise(tmp_path).name == "sacd"
    (photo,) = load(tmp_path).photos
    assert photo.subject and list(photo.subject.corners) == [0.25, 0.25, 0.75, 0.75]
    assert [c.box.x2 for c in photo.crops] == [0.5, 1.0, 0.75]
    assert photo.subject_mask.endswith("masks/a.jpg") and photo.split == "test"


def test_a_missing_box_is_named(tmp_path: Path, make_photo: MakePhoto) -> None:
    write(tmp_path, make_photo, {"mask_box": "[30, 20, 60, 40]", "crop_box": []})
    with pytest.raises(DatasetError, match=r"a\.json:1: 'best_box' is missing"):
        load(tmp_path)
