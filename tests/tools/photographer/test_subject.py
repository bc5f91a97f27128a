"""What a photo is about, and the point on it."""

import numpy as np
import pytest
from skimage import data

from cropsmith.tools.photographer.measurements import Sight, look
from cropsmith.tools.photographer.subject import focal_point, subject_of
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box

LEFT, RIGHT = Box(x1=0.1, y1=0.4, x2=0.25, y2=0.6), Box(x1=0.7, y1=0.4, x2=0.9, y2=0.6)


def evidence(kind: EvidenceKind, box: Box, **more: object) -> Evidence:
    return Evidence.model_validate({"kind": kind, "box": box, "source": "nanodet", **more})


@pytest.fixture(scope="module")
def coffee() -> Sight:
    return look(np.asarray(data.coffee()))


def test_what_is_named_comes_before_all_else(coffee: Sight) -> None:
    named = evidence(EvidenceKind.SUBJECT, LEFT, phrase="spoon")
    seen = [evidence(EvidenceKind.PERSON, RIGHT, confidence=0.9), named]
    found = subject_of(seen, coffee)
    assert found is not None and found.found == (named,) and found.sure
    assert focal_point(seen, coffee) == LEFT.centre


def test_the_point_lies_on_one_of_two_things(coffee: Sight) -> None:
    pair = [evidence(EvidenceKind.SUBJECT, box, phrase="dogs") for box in (LEFT, RIGHT)]
    at = focal_point(pair, coffee)
    assert RIGHT.x1 < at.x < RIGHT.x2


def test_a_doubtful_thing_is_not_what_it_is_about(coffee: Sight) -> None:
    found = subject_of([evidence(EvidenceKind.THING, LEFT, confidence=0.3, label="cup")], coffee)
    assert found is None or not found.sure


def test_the_point_of_a_portrait_is_the_face() -> None:
    sight = look(np.asarray(data.astronaut()))
    at = focal_point((), sight)
    face = Box(x1=0.34, y1=0.12, x2=0.53, y2=0.36)
    assert face.x1 < at.x < face.x2 and face.y1 < at.y < face.y2
