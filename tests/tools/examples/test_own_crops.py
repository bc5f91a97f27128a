from pathlib import Path

import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.examples.own_crops import read_own_crops


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (200, 100), "navy").save(tmp_path / name)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no image")
    return tmp_path


def test_jsonl_with_bad_lines(folder: Path) -> None:
    file = folder / "mine.jsonl"
    file.write_text(
        '{"image": "a.jpg", "boxes": [[0, 0, 100, 100], [20, 10, 200, 101]], "scores": [1, 3]}\n'
        "\n"
        "not json\n"
        '{"image": "b.jpg", "box": [0, 0, 50, 50], "text": "the tower", "subject": [0, 0, 9, 9]}\n'
        '{"image": "gone.jpg", "box": [0, 0, 50, 50]}\n'
        '{"image": "broken.jpg", "box": [0, 0, 50, 50]}\n'
        '{"image": "b.jpg", "box": [0, 0, 500, 50]}\n'
        '{"image": "b.jpg", "box": [0, 0, 50]}\n'
        '{"image": "b.jpg", "box": [0, 0, NaN, 50]}\n'
        '{"image": "b.jpg", "boxes": [[0, 0, 50, 50]], "scores": [1, 2]}\n'
        "[1]\n"
    )
    own = read_own_crops(file)
    assert [bad.id for bad in own.bad] == [f"mine.jsonl:{n}" for n in (3, 5, 6, 7, 8, 9, 10, 11)]
    assert all(bad.reason for bad in own.bad)
    first, second = own.photos
    assert [crop.score for crop in first.crops] == [1, 3]
    assert first.crops[1].box.corners == pytest.approx((0.1, 0.1, 1, 1))
    assert (second.name, second.text, second.source) == ("b.jpg#the tower", "the tower", "personal")
    assert second.subject is not None


@pytest.mark.parametrize(
    "table",
    [
        "file,x1,y1,x2,y2,score\na.jpg,20,10,120,90,2\na.jpg,0,0,100,50,4\nb.jpg,1,2,x,4,\n",
        "File, x, y, width, height, score\na.jpg,20,10,100,80,2\na.jpg,0,0,100,50,4\n,1,2,3,4,\n",
    ],
)
def test_csv_lines_of_one_file_belong_together(folder: Path, table: str) -> None:
    (folder / "mine.csv").write_text(table)
    own = read_own_crops(folder / "mine.csv")
    (photo,) = own.photos
    assert [crop.score for crop in photo.crops] == [4, 2]
    assert photo.crops[1].box.corners == pytest.approx((0.1, 0.1, 0.6, 0.9))
    assert [bad.id for bad in own.bad] == ["mine.csv:4"]


def test_what_cannot_be_read_at_all(folder: Path) -> None:
    (folder / "mine.txt").write_text("")
    (folder / "mine.csv").write_text("name,x1\n")
    (folder / "binary.jsonl").write_bytes(b"\xff\xfe\x00\xd8")
    for name in ("mine.txt", "mine.csv", "gone.jsonl", "binary.jsonl"):
        with pytest.raises(UsageError):
            read_own_crops(folder / name)
