"""What a model is measured on never teaches it."""

from pathlib import Path

import pytest
from PIL import Image, ImageOps

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.registry import load
from cropsmith.evals.training.data.guard import ALIKE, NAMED, OWN_SPLIT, SAME, Guard
from cropsmith.evals.training.data.samples import judged
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from tests.evals.published import write_fcdb


def photo_at(path: Path, name: str = "", split: str = "train") -> LabelledPhoto:
    return LabelledPhoto(name=name or path.name, path=str(path), source="fcdb", split=split)


@pytest.fixture
def guard(photos: Path, tmp_path: Path) -> Guard:
    """Knows three test photos."""
    files = [photos / f"{name}.jpg" for name in ("astronaut", "coffee", "rocket")]
    return Guard([load(write_fcdb(tmp_path / "fcdb", files, "test"))])


def test_copies_mirror_images_and_names_are_refused(
    guard: Guard, photos: Path, tmp_path: Path
) -> None:
    copied, mirrored = tmp_path / "copied.jpg", tmp_path / "mirrored.jpg"
    copied.write_bytes((photos / "coffee.jpg").read_bytes())
    with Image.open(photos / "rocket.jpg") as image:
        ImageOps.mirror(image).resize((320, 214)).save(mirrored, quality=60)
    pictures = [
        photo_at(photos / "chelsea.jpg"),
        photo_at(photos / "chelsea.jpg", "astronaut.jpg"),
        photo_at(copied),
        photo_at(mirrored),
        photo_at(photos / "camera.jpg", split="test"),
        photo_at(tmp_path / "absent.jpg"),
    ]
    assert [guard.reason(one) for one in pictures] == ["", NAMED, SAME, ALIKE, OWN_SPLIT, ""]
    sifted = guard.sift(pictures)
    assert [one.name for one in sifted.kept] == ["chelsea.jpg", "absent.jpg"]
    assert sifted.refused == {NAMED: 1, SAME: 1, ALIKE: 1, OWN_SPLIT: 1}


def test_data_that_everybody_measures_on_teaches_nothing(photos: Path) -> None:
    one = photo_at(photos / "chelsea.jpg").model_copy(update={"source": "flms", "split": ""})
    with pytest.raises(UsageError, match="No photo of this data may teach: 1 in the test part"):
        Guard().sift([one])


def test_good_crops_are_those_of_four_and_above_else_the_best(photos: Path) -> None:
    boxes = [Box(x1=0, y1=0, x2=x, y2=1) for x in (0.9, 0.8, 0.7)]

    def scored(*scores: float | None) -> LabelledPhoto:
        crops = [ExpertCrop(box=b, score=s) for b, s in zip(boxes, scores, strict=True)]
        return photo_at(photos / "chelsea.jpg").model_copy(update={"crops": tuple(crops)})

    assert len(judged(scored(4.5, 4.0, 3.9)).good) == 2
    assert judged(scored(3.5, 3.0, 2.0)).good.tolist() == [[0, 0, 0.9, 1]]
    unscored = judged(scored(None, None, None))
    assert (len(unscored.good), len(unscored.anchors)) == (3, 0)
    with pytest.raises(UsageError, match="no crop to learn from"):
        judged(photo_at(photos / "chelsea.jpg"))
