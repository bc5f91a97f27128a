from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load, recognise
from tests.evals.conftest import MakePhoto


def test_photos_alone(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "sub" / "b.JPG", shade=1)
    make_photo(tmp_path / "a.png")
    assert recognise(tmp_path).name == "folder"
    assert [p.name for p in load(tmp_path).photos] == ["a.png", "sub/b.JPG"]


@pytest.mark.parametrize(
    "header", ["file,x1,y1,x2,y2,score,text", "File, x, y, width, height, score, text"]
)
def test_a_table_of_crops(tmp_path: Path, make_photo: MakePhoto, header: str) -> None:
    make_photo(tmp_path / "a.jpg")
    rows = "a.jpg,0,0,60,40,2,\na.jpg,0,0,120,80,4,\na.jpg,0,0,30,40,,the dog\n"
    (tmp_path / "crops.csv").write_text(header + "\n" + rows, "utf-8")
    first, second = load(tmp_path).photos
    assert [(c.score, c.box.area) for c in first.crops] == [(4.0, 1.0), (2.0, 0.25)]
    assert (second.name, second.text, second.crops[0].score) == ("a.jpg#the dog", "the dog", None)
    assert load(tmp_path / "crops.csv").photos == (first, second)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,x1,y1,x2\na.jpg,1,2,3", r"crops\.csv:1: the header has"),
        ("file,x1,y1,x2,y2,skore\n", r":1: unknown columns: skore"),
        ("file,x1,y1,x2,y2\na.jpg,1,2,3,4\na.jpg,1,2,x,4", r":3: 'x2' must be a number"),
        ("file,x1,y1,x2,y2\na.jpg,1,2,3", r":2: 5 columns were expected"),
        ("file,x1,y1,x2,y2\n,1,2,3,4", r":2: the file is empty"),
        ("file,x1,y1,x2,y2\nb.jpg,1,2,3,4", r"no usable record: 1 x photo missing.*csv:2"),
    ],
)
def test_complaints(tmp_path: Path, make_photo: MakePhoto, text: str, message: str) -> None:
    make_photo(tmp_path / "a.jpg")
    (tmp_path / "crops.csv").write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=message):
        load(tmp_path)


def test_missing_photos_and_boxes_outside(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "a.jpg")
    rows = "a.jpg,0,0,60,40\na.jpg,0,0,600,400\na.jpg,9,9,9,9\nb.jpg,0,0,60,40\n"
    (tmp_path / "crops.csv").write_text("file,x1,y1,x2,y2\n" + rows, "utf-8")
    found = load(tmp_path)
    assert len(found.photos) == 1 and len(found.photos[0].crops) == 1
    assert [p.kind for p in found.problems] == [
        "box over 2 px out of the frame",
        "box without area",
        "photo missing",
    ]


def test_two_tables_are_a_question(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("", "utf-8")
    (tmp_path / "b.csv").write_text("", "utf-8")
    with pytest.raises(DatasetError, match=r"several CSV files \(a\.csv, b\.csv\)"):
        load(tmp_path)
