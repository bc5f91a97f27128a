from pathlib import Path

import pytest

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import (
    Selection,
    fold_of,
    format_named,
    formats,
    load,
    recognise,
    search,
)
from tests.evals.conftest import MakePhoto
from tests.evals.published import write_fcdb, write_gaicd


@pytest.fixture
def ten(tmp_path: Path, make_photo: MakePhoto) -> Path:
    for number in range(10):
        make_photo(tmp_path / "own" / f"{number}.jpg", shade=number)
    return tmp_path / "own"


def test_every_row_tells_how_to_get_it() -> None:
    assert all(row.obtain and row.licence and row.labels for row in formats().values())
    assert list(formats())[-1] == "folder"


def test_unknown_names_and_layouts(ten: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean gaicd-v"):
        format_named("gaicd-v3")
    with pytest.raises(DatasetError, match="not laid out like FCDB"):
        load(ten, "fcdb")
    with pytest.raises(DatasetError, match="no folder"):
        recognise(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="not laid out like any"):
        recognise(tmp_path / "empty")


def test_a_limit_takes_the_same_photos_whatever_the_order(ten: Path) -> None:
    whole = load(ten)
    three = [p.name for p in Selection(limit=3).of(whole).photos]
    five = [p.name for p in Selection(limit=5).of(whole).photos]
    assert len(three) == 3 and set(three) < set(five)
    assert three != ["0.jpg", "1.jpg", "2.jpg"]


def test_folds_are_disjoint_and_complete(ten: Path) -> None:
    whole = load(ten)
    tune = {p.name for p in Selection(fold="tune").of(whole).photos}
    kept = {p.name for p in whole.photos if fold_of(p.name) == 0}
    assert tune | kept == {p.name for p in whole.photos} and not tune & kept


def test_an_empty_choice_says_what_there_is(ten: Path) -> None:
    with pytest.raises(DatasetError, match=r"no photo is left.*It has '' \(10\)"):
        Selection(split="test").of(load(ten))


def test_the_fingerprint_follows_the_labels(tmp_path: Path, make_photo: MakePhoto) -> None:
    make_photo(tmp_path / "a.jpg")
    table = tmp_path / "crops.csv"
    table.write_text("file,x1,y1,x2,y2\na.jpg,0,0,60,40\n", "utf-8")
    before = load(tmp_path).fingerprint
    assert load(tmp_path).fingerprint == before
    table.write_text("file,x1,y1,x2,y2\na.jpg,0,0,61,40\n", "utf-8")
    assert load(tmp_path).fingerprint != before


def test_search_finds_what_lies_there(tmp_path: Path, many_photos: list[Path]) -> None:
    write_fcdb(tmp_path / "one", many_photos[:2])
    write_gaicd(tmp_path / "two", photos=2)
    found = {f.root.name: f.format.name for f in search(tmp_path)}
    assert found == {"one": "fcdb", "two": "gaicd-v1"}
