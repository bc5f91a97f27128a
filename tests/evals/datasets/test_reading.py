from pathlib import Path

import pytest
from PIL import Image

from cropsmith.evals.datasets.reading import (
    DatasetError,
    image_size,
    read_entries,
    read_lines,
    read_text,
)


def test_entries_know_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('[\n {"a": 1},\n\n {"a": [\n2]}, {"a": 3}]', "utf-8")
    found = [(e.place.line, e.get("a")) for e in read_entries(file, list)]
    assert found == [(2, 1), (4, [2]), (5, 3)]


def test_entries_of_an_object(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('{\n"x": 1,\n"y": {}}\n', "utf-8")
    assert [(e.place.line, e.key, e.value) for e in read_entries(file, dict)] == [
        (2, "x", 1),
        (3, "y", {}),
    ]
    (tmp_path / "empty.json").write_text("[]", "utf-8")
    assert list(read_entries(tmp_path / "empty.json", list)) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[\n{"a": 1},\n{"a" 2}]', 3),
        ("[\n1\n2]", 3),
        ("[1,\n", 2),
        ("[1]\nmore", 2),
        ('{"a": 1}', 1),
        ("[[[" * 9000, 1),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "labels.json"
    file.write_text(text, "utf-8")
    with pytest.raises(DatasetError, match=rf"labels\.json:{line}: "):
        list(read_entries(file, list))


def test_what_is_missing_in_an_entry(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    file.write_text('[\n{"file": 3}]', "utf-8")
    (entry,) = read_entries(file, list)
    with pytest.raises(DatasetError, match=r":2: 'crop' is missing; the entry has file"):
        entry.get("crop")
    with pytest.raises(DatasetError, match=r":2: 'file' must be a text"):
        entry.text("file")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        read_text(tmp_path / "none.json")
    (tmp_path / "latin.txt").write_bytes(b"one\ntwo \xff\n")
    with pytest.raises(DatasetError, match=r"latin\.txt:2: is not UTF-8"):
        read_text(tmp_path / "latin.txt")


def test_lines_skip_the_empty_ones(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeffone\n\n two \n", "utf-8")
    assert [(p.line, t) for p, t in read_lines(tmp_path / "a.txt")] == [(1, "one"), (3, "two")]


def test_the_size_is_that_of_the_upright_photo(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(tmp_path / "turned.jpg", exif=exif)
    size = image_size(tmp_path / "turned.jpg")
    assert size and (size.width, size.height) == (40, 60)
    assert image_size(tmp_path / "none.jpg") is None
    (tmp_path / "broken.jpg").write_bytes(b"no image")
    with pytest.raises(DatasetError, match="not an image"):
        image_size(tmp_path / "broken.jpg")
