import json
from pathlib import Path

import pytest

from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.evals.datasets.registry import load

ROW = {"image": "a.jpg", "advice": "refine", "boxes": [[10, 10, 90, 40]], "width": 100,
       "height": 50}  # fmt: skip


def write(root: Path, *rows: dict[str, object]) -> Path:
    (root / "captureguide.json").write_text(json.dumps(rows, indent=1), "utf-8")
    return root


def test_advice_and_boxes(tmp_path: Path) -> None:
    kept = {"image": "b.jpg", "advice": "keep", "width": 100, "height": 50}
    dataset = load(write(tmp_path, ROW, kept))
    assert [p.advice for p in dataset.photos] == ["refine", "keep"]
    assert dataset.photos[0].crops[0].box.corners == (0.1, 0.2, 0.9, 0.8)
    assert dataset.photos[1].crops == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"advice": "crop"}, "'advice' must be keep, refine or reject, not 'crop'"),
        ({"advice": "keep"}, "'boxes' must be there for 'refine'"),
        ({"boxes": []}, "'boxes' must be there for 'refine'"),
        ({"boxes": [[1, 2, 3]]}, "a box of 'boxes' must be 4 numbers"),
    ],
)
def test_complaints_name_file_and_line(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    with pytest.raises(DatasetError, match=r"captureguide\.json:2: ") as caught:
        load(write(tmp_path, ROW | change))
    assert said in str(caught.value)
