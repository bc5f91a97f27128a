import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto

# Outermost anchors of a 120 x 72 photo: bins of 10 x 6, corners at half bins.
X_FIRST = [[5, 3, 115, 69], [5, 3, 95, 69], [15, 9, 115, 69], [5, 3, 115, 63]]
SCORES = [2.5, 4.0, -2, 3.0]


def text(root: Path, folder: str, boxes: list[list[int]] = X_FIRST) -> None:
    path = root / "annotations" / folder
    path.mkdir(parents=True, exist_ok=True)
    lines = [f"{y1} {x1} {y2} {x2} {s}" for (x1, y1, x2, y2), s in zip(boxes, SCORES, strict=True)]
    (path / "one.txt").write_text("\n".join(lines), "utf-8")


def json_form(root: Path, boxes: list[list[int]] = X_FIRST) -> None:
    body = {"one.jpg": {"bbox": boxes, "score": SCORES}}
    (root / "image_crop.json").write_text(json.dumps(body), "utf-8")
    (root / "original_data_split.json").write_text('{"train": [], "test": ["one.jpg"]}', "utf-8")


def test_text_files_are_y_first(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "images" / "train" / "one.jpg", 120, 72)
    text(tmp_path, "train")
    assert recognise(tmp_path).name == "gaicd-v1"
    found = load(tmp_path)
    (photo,) = found.photos
    assert (photo.name, photo.split) == ("one.jpg", "train")
    assert [c.score for c in photo.crops] == [4.0, 3.0, 2.5]
    assert photo.crops[0].box.x2 == pytest.approx(95 / 120)
    assert photo.crops[0].box.y2 == pytest.approx(69 / 72)
    assert [(p.count, p.kind) for p in found.problems] == [
        (1, "anchor with score -2 (too few votes)")
    ]


def test_a_flat_folder_takes_the_split_of_the_photo(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "images" / "val" / "one.jpg", 120, 72)
    text(tmp_path, "")
    assert recognise(tmp_path).name == "gaicd-v2"
    assert load(tmp_path).photos[0].split == "val"


def test_json_is_x_first_and_its_size_recovered(tmp_path: Path) -> None:
    json_form(tmp_path)
    (photo,) = load(tmp_path).photos
    assert photo.size and (photo.size.width, photo.size.height) == (120, 72)
    assert photo.split == "test"
    assert photo.crops[0].box.x2 == pytest.approx(95 / 120)


def test_swapped_axes_are_refused(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "images" / "train" / "one.jpg", 120, 72)
    text(tmp_path, "train", [[y1, x1, y2, x2] for x1, y1, x2, y2 in X_FIRST])
    with pytest.raises(DatasetError, match=r"one\.txt:1: .*not on the 12 x 12 grid"):
        load(tmp_path)


@pytest.mark.parametrize("line", ["1 2 3", "1 2 3 4 five", "1 2 3 4 nan"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "one.txt").write_text(f"3 5 69 115 2.5\n{line}\n", "utf-8")
    with pytest.raises(DatasetError, match=r"one\.txt:2: "):
        load(tmp_path)


def test_lengths_must_agree(tmp_path: Path) -> None:
    body = {"one.jpg": {"bbox": X_FIRST, "score": SCORES[:3]}}
    (tmp_path / "image_crop.json").write_text(json.dumps(body), "utf-8")
    with pytest.raises(DatasetError, match=r"image_crop\.json:1: 4 boxes but 3 scores"):
        load(tmp_path)


def test_the_training_labels(shared_data: Path) -> None:
    found = load(shared_data / "gaicd")
    assert found.splits == {"train": 1036}
    assert sum(len(p.crops) for p in found.photos) == 89_506
    assert sum(p.subject is not None for p in found.photos) == 289
    one = next(p for p in found.photos if p.name == "211958.jpg")
    assert one.size and (one.size.width, one.size.height) == (1024, 683)


def test_a_single_odd_photo_is_kept_and_said(tmp_path: Path) -> None:
    body = {f"{n}.jpg": {"bbox": X_FIRST, "score": SCORES} for n in range(9)}
    shifted = [[x1 + 40, y1, x2 + 40, y2] for x1, y1, x2, y2 in X_FIRST]
    body["odd.jpg"] = {"bbox": shifted, "score": SCORES}
    (tmp_path / "image_crop.json").write_text(json.dumps(body), "utf-8")
    found = load(tmp_path)
    assert len(found.photos) == 10
    assert any("miss the 12 x 12 grid" in problem.kind for problem in found.problems)
