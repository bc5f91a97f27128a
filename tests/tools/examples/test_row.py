"""What an index keeps of a photo: where its subject really lies."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropsmith.errors import UsageError
from cropsmith.tools.examples.row import ExampleRow, entry_of
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


def labelled(photo: Path, mask: Path | None) -> LabelledPhoto:
    return LabelledPhoto(
        name="a.jpg",
        path=str(photo),
        crops=(ExpertCrop(box=Box.whole()),),
        subject=Box(x1=0, y1=0, x2=1, y2=0.5),
        subject_mask=str(mask) if mask else "",
        source="test",
    )


def row_of(photo: LabelledPhoto) -> ExampleRow:
    return ExampleRow.read(entry_of(photo).open(64).payload)


def mask_of(photo: Path, folder: Path) -> Path:
    """Write a mask of the left edge and the top: its box is the photo, its weight in a corner."""
    with Image.open(photo) as image:
        width, height = image.size
    marked = np.zeros((height, width), np.uint8)
    marked[: height // 10] = marked[:, : width // 10] = 255
    Image.fromarray(marked).save(folder / "mask.png")
    return folder / "mask.png"


def test_a_mask_gives_its_centroid_and_a_box_its_middle(photos: Path, tmp_path: Path) -> None:
    photo = photos / "coffee.jpg"
    boxed = row_of(labelled(photo, None)).subject
    assert boxed is not None and (boxed.x, boxed.y) == (0.5, 0.25)
    masked = row_of(labelled(photo, mask_of(photo, tmp_path))).subject
    # Two bars of a tenth: (.5 x .1 + .05 x .09) / .19 along each side.
    assert masked is not None
    assert (masked.x, masked.y) == pytest.approx((0.287, 0.287), abs=0.01)


def test_rows_from_before_masks_were_read_are_written_anew(photos: Path, tmp_path: Path) -> None:
    photo = photos / "coffee.jpg"
    mask = mask_of(photo, tmp_path)
    before, after = entry_of(labelled(photo, None)), entry_of(labelled(photo, mask))
    assert before.id == after.id and before.fingerprint != after.fingerprint
    assert entry_of(labelled(photo, mask)).fingerprint == after.fingerprint


def test_a_mask_of_another_shape_is_refused(photos: Path, tmp_path: Path) -> None:
    Image.new("L", (50, 50), 255).save(tmp_path / "mask.png")
    with pytest.raises(UsageError, match="not the shape of the photo"):
        row_of(labelled(photos / "coffee.jpg", tmp_path / "mask.png"))
