import pytest
from pydantic import ValidationError

from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair


def test_it_survives_json() -> None:
    box = Box(x1=0.1, y1=0.2, x2=0.5, y2=0.8)
    photo = LabelledPhoto(
        name="a.jpg",
        path="photos/a.jpg",
        size=Size(width=640, height=480),
        crops=(ExpertCrop(box=box, score=4.2),),
        votes=(VotedPair(first=box, second=Box.whole(), for_first=4, for_second=1),),
        subject=box,
        source="fcdb",
        split="train",
    )
    assert LabelledPhoto.model_validate_json(photo.model_dump_json()) == photo


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(ValidationError):
        LabelledPhoto.model_validate({"name": "a", "path": "a", "source": "fcdb", "crop": []})
