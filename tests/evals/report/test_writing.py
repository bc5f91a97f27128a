"""What a study keeps of its photos, so that it is soon resumed."""

from pathlib import Path

import pytest
from PIL import Image

from cropsmith.evals.report.writing import opened
from cropsmith.tools.images import look
from cropsmith.tools.schema.geometry import Size

STUDY = 'name = "sizes"\n[[datasets]]\npath = "own"\n'


def test_the_sizes_of_photos_are_read_once(
    own_photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, folder = own_photos.parent / "study.toml", own_photos.parent / "study.study"
    study.write_text(STUDY, "utf-8")
    read: list[str] = []
    size_of = look.file_size

    def counted(name: str, data: bytes) -> Size:
        read.append(name)
        return size_of(name, data)

    monkeypatch.setattr(look, "file_size", counted)
    with opened(study, folder, write=True) as plan:
        first = [photo.size for photo in plan.parts[0].photos]
    assert len(read) == 6
    with opened(study, folder, write=False) as plan:
        assert [photo.size for photo in plan.parts[0].photos] == first
    assert len(read) == 6
    changed = own_photos / "0.jpg"
    with Image.open(changed) as image:
        image.resize((60, 40)).save(changed)
    with opened(study, folder, write=True) as plan:
        assert plan.parts[0].photos[0].size == Size(width=60, height=40)
    assert len(read) == 7
