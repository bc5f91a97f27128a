import json
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from cropsmith.commands.index import app
from cropsmith.errors import CropsmithError, OutputError, UsageError
from cropsmith.tools.examples.indexes import keep_crop, open_personal
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box
from cropsmith.vectorstore.index import default_store
from tests.evals.published import write_fcdb


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(result.exception, CropsmithError):
        raise result.exception
    return result


@pytest.fixture
def own(many_photos: list[Path], tmp_path: Path) -> Path:
    lines = []
    for photo in many_photos[:8]:
        shutil.copy(photo, tmp_path)
        lines.append(json.dumps({"image": photo.name, "box": [0, 0, 200, 150], "scores": [4]}))
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join([*lines, "oops", '{"image": "gone.jpg", "box": [0, 0, 9, 9]}']))
    return file


def test_build_info_search(own: Path, tmp_path: Path) -> None:
    told = run("build", own, "--bad", tmp_path / "bad.txt").stdout
    assert "8 added, 0 already there, 8 in all" in told and "2 bad photos or lines" in told
    assert len((tmp_path / "bad.txt").read_text().splitlines()) == 2
    assert "0 added, 8 already there" in run("build", own).stdout
    told = run("info").stdout
    assert f"default: 8 rows of mine, embedder builtin/layout-1, store {default_store()}" in told
    (facts,) = json.loads(run("info", "--json").stdout)
    assert facts["photos"] == 8 and facts["store"] == default_store()
    sheet = tmp_path / "sheet.jpg"
    photo = sorted(own.parent.glob("*.jpg"))[0]
    found = run("search", photo, "-o", sheet, "-n", 3).stdout
    assert "1 left out" in found and "3 photos with their crops" in found
    with Image.open(sheet) as picture:
        assert picture.width > 400
    with pytest.raises(OutputError, match="exists"):
        run("search", photo, "-o", sheet)


def test_a_new_index_gets_the_best_that_is_installed(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cropsmith.vectorstore.index.default_store", lambda: "exact")
    run("build", own)
    monkeypatch.setattr("cropsmith.vectorstore.index.default_store", lambda: "chroma")
    monkeypatch.setattr("cropsmith.vectorstore.index.default_embedder", lambda: "open_clip")
    # One that is there says itself what it is.
    assert "0 added, 8 already there" in run("build", own).stdout
    assert "embedder builtin/layout-1, store exact" in run("info").stdout


def test_a_published_dataset_is_recognised_and_its_train_part_taken(
    many_photos: list[Path], tmp_path: Path
) -> None:
    fcdb = write_fcdb(tmp_path / "fcdb", many_photos[:14], split="train")
    told = run("build", fcdb, "--limit", 12, "--name", tmp_path / "i")
    assert "12 added" in told.stdout
    assert "fcdb train" in json.loads((tmp_path / "i" / "index.json").read_text())["dataset"]
    with pytest.raises(UsageError, match="no photo of the split 'test'"):
        run("build", fcdb, "--split", "test")


def test_refusals_are_sentences(own: Path, tmp_path: Path) -> None:
    run("build", own)
    for arguments in (
        ("build", own, "--name", "a b"),
        ("build", own, "--store", "faiss"),
        ("build", own, "--url", "http://127.0.0.1:1"),
        ("build", own, "--embedder", "clip"),
        ("build", tmp_path / "nowhere"),
        ("build", own, "--store", "chroma" if default_store() == "exact" else "exact"),
        ("search", next(own.parent.glob("*.jpg")), "--name", "other"),
        ("info", "other"),
        ("add", next(own.parent.glob("*.jpg")), "--box", "1,2,3"),
        ("add", next(own.parent.glob("*.jpg"))),
    ):
        with pytest.raises(UsageError):
            run(*arguments)


def test_taste_is_kept_once_a_photo_and_survives_its_photo(own: Path) -> None:
    photo = sorted(own.parent.glob("*.jpg"))[0]
    keep_crop(open_photo(photo), Box(x1=0, y1=0, x2=0.5, y2=0.5))
    assert "kept as an example" in run("add", photo, "--box", "0,0,0.7,0.7").stdout
    index = open_personal()
    (row,) = index.store.rows()
    payload = json.loads(row.payload)
    assert payload["crops"][0]["box"]["x2"] == 0.7
    with Image.open(photo) as image:
        size = image.size
    photo.unlink()
    with Image.open(payload["path"]) as copy:
        assert copy.size == size
    index.close()
    own.write_text(
        "\n".join(line for line in own.read_text().splitlines() if photo.name not in line)
    )
    assert "7 added" in run("add", own).stdout
    assert "personal: 8 rows" in run("info").stdout
