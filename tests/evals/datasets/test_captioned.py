import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto

ENTRY = {"image": "a.jpg", "text": "the dog", "boxes": [[0, 0, 60, 40], [30, 20, 90, 60]]}


def test_one_photo_with_two_texts(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "photos" / "a.jpg")
    body = [ENTRY, {**ENTRY, "text": "the tree", "split": "val"}]
    (tmp_path / "textcrop.json").write_text(json.dumps(body), "utf-8")
    assert recognise(tmp_path).name == "textcrop"
    first, second = load(tmp_path).photos
    assert (first.name, second.name) == ("a.jpg", "a.jpg#2")
    assert (second.text, second.split, second.path) == ("the tree", "val", first.path)
    assert list(first.crops[1].box.corners) == [0.25, 0.25, 0.75, 0.75]


def test_sizes_may_stand_in_for_photos(tmp_path: Path) -> None:
    body = [{**ENTRY, "width": 120, "height": 80}, {**ENTRY, "image": "b.jpg"}]
    (tmp_path / "horanyi-pr.json").write_text(json.dumps(body), "utf-8")
    found = load(tmp_path)
    assert [p.name for p in found.photos] == ["a.jpg"]
    assert found.problems[0].effect == "dropped"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": ""}, "'text' must be a text"),
        ({"boxes": []}, "'boxes' must be a list"),
        ({"boxes": [[1, 2, 3]]}, "must be 4 numbers"),
        ({"width": 0, "height": 3}, "cannot be 0 x 3"),
    ],
)
def test_complaints(tmp_path: Path, change: dict[str, object], message: str) -> None:
    (tmp_path / "textcrop.json").write_text("[\n" + json.dumps({**ENTRY, **change}) + "]", "utf-8")
    with pytest.raises(DatasetError, match=rf"textcrop\.json:2: .*{message}"):
        load(tmp_path)
