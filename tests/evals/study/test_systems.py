"""What a system in a study is asked."""

from pathlib import Path

import numpy as np
from PIL import Image

from cropsmith.evals.study.systems import request_for
from cropsmith.evals.trial import Protocol, trial_for
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


def test_a_subject_with_a_mask_has_the_centre_of_its_mask(tmp_path: Path) -> None:
    marked = np.zeros((20, 40), np.uint8)
    marked[:, :4] = marked[:2] = 255
    Image.fromarray(marked).save(tmp_path / "mask.png")
    photo = LabelledPhoto(
        name="a.jpg",
        path=str(tmp_path / "a.jpg"),
        size=Size(width=400, height=200),
        crops=(ExpertCrop(box=Box.whole()),),
        subject=Box.whole(),
        subject_mask=str(tmp_path / "mask.png"),
        source="test",
    )
    request = request_for(trial_for(photo, Protocol.SUBJECT))
    assert request.subject_box == Box.whole()
    assert request.subject_centre is not None and request.subject_centre.x < 0.35
    boxed = request_for(trial_for(photo.model_copy(update={"subject_mask": ""}), Protocol.SUBJECT))
    assert boxed.subject_box == Box.whole() and boxed.subject_centre is None
    assert request_for(trial_for(photo, Protocol.FREE)).subject_centre is None
