"""ClipCrop's captions beside GAICD's labels."""

import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load
from tests.evals.published import write_gaicd


def test_captions_become_texts_that_describe(tmp_path: Path) -> None:
    root = write_gaicd(tmp_path, 3)
    before = load(root).fingerprint
    folder = root / "GAIC-Text-Annotations"
    folder.mkdir()
    (folder / "train.json").write_text(json.dumps({"0.jpg": " portrait of a woman "}), "utf-8")
    (folder / "valid.json").write_text(json.dumps({"1.jpg": "a dog", "9.jpg": "gone"}), "utf-8")
    data = load(root)
    assert [p.text for p in data.photos] == ["portrait of a woman", "a dog", ""]
    assert [p.described for p in data.photos] == [True, True, False]
    assert data.fingerprint != before


def test_a_caption_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    root = write_gaicd(tmp_path, 1)
    (root / "captions").mkdir()
    (root / "captions" / "train.json").write_text('{\n"0.jpg": ["a dog"]}', "utf-8")
    with pytest.raises(DatasetError, match=r"train\.json:2: the caption of '0\.jpg'"):
        load(root)
