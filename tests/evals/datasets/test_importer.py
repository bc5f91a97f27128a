"""Addresses in place of folders; HuggingFace's own `datasets` is asked in the integration group."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.evals.datasets import importer
from cropsmith.evals.datasets.importer import Importer, Shot, Source, fetched
from cropsmith.evals.datasets.registry import load


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 80), (shade, 90, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []

    def shots(address: str, source: Source) -> Iterator[Shot]:
        addresses.append(address)
        yield Shot("a.jpg", jpeg(10), ((0, 0, 60, 80), (0, 0, 120, 40)), "the left")
        if address == "broken":
            raise UsageError("The line went dead.")

    row = Importer("hf", shots)
    monkeypatch.setattr(importer, "HUGGING_FACE", row)
    return addresses


@pytest.mark.usefixtures("home")
def test_an_address_is_fetched_once_and_read_as_a_folder(told: list[str]) -> None:
    folder = fetched("hf://own/er", Source())
    (photo,) = load(folder).photos
    assert [crop.box.corners for crop in photo.crops] == [(0, 0, 0.5, 1), (0, 0, 1, 0.5)]
    assert photo.text == "the left" and photo.size is not None
    assert fetched("hf://own/er", Source()) == folder and told == ["own/er"]
    assert fetched("hf://own/er", Source(split="train")) != folder


@pytest.mark.usefixtures("home")
def test_what_broke_off_is_not_taken_for_the_whole(told: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(UsageError, match="went dead"):
            fetched("hf://broken", Source())
    assert told == ["broken", "broken"]
    with pytest.raises(UsageError, match=r"Nothing reads s3:// addresses"):
        fetched("s3://bucket", Source())


@pytest.mark.integration
@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("unit", "order", "box"),
    [("pixels", "xywh", [0, 0, 60, 80]), ("share", "xyxy", [0, 0, 0.5, 1])],
)
def test_huggingface_datasets_reads_a_table(
    tmp_path: Path, unit: str, order: str, box: list[float]
) -> None:
    import datasets

    rows = [{"photo": {"bytes": jpeg(shade), "path": None}, "best": box, "words": "left"}
            for shade in (10, 40)]  # fmt: skip
    table = datasets.Dataset.from_list(rows).cast_column("photo", datasets.Image())
    (tmp_path / "set").mkdir()
    table.to_parquet(tmp_path / "set" / "test.parquet")
    source = Source.model_validate(
        {"image": "photo", "box": "best", "text": "words", "unit": unit, "order": order}
    )
    folder = fetched(f"hf://{tmp_path / 'set'}", source)
    photos = load(folder).photos
    assert len(photos) == 2
    assert all(p.crops[0].box.corners == (0, 0, 0.5, 1) and p.text == "left" for p in photos)
    assert sorted(p.read_bytes() for p in (folder / "photos").iterdir()) == sorted(
        [jpeg(10), jpeg(40)]
    ), "the files as they are"
    with pytest.raises(UsageError, match="has no column 'picture'"):
        fetched(f"hf://{tmp_path / 'set'}", source.model_copy(update={"image": "picture"}))
    with pytest.raises(UsageError, match="cannot be read"):
        fetched(f"hf://{tmp_path / 'none'}", source)
