"""Faces of several frames as one box each."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.tracks import tracks
from tests.moving import STAGE, encoded
from tests.photos import read_photo


def face(left: float, sure: float = 0.9, top: float = 0.2) -> Evidence:
    box = Box(x1=left, y1=top, x2=left + 0.1, y2=top + 0.2)
    return Evidence(kind=EvidenceKind.FACE, box=box, source="eyes", confidence=sure)


def test_a_face_that_moves_is_one_box_round_its_way() -> None:
    found = tracks([[face(0.1, 0.6)], [face(0.15, 0.8)], [face(0.2, 0.7)]])
    assert len(found) == 1 and found[0].confidence == 0.8
    assert found[0].box.x1 == 0.1 and abs(found[0].box.x2 - 0.3) < 1e-9


def test_two_faces_stay_two() -> None:
    found = tracks([[face(0.1), face(0.7)], [face(0.12), face(0.7)]])
    assert [round(one.box.x1, 2) for one in found] == [0.1, 0.7]


@given(st.lists(st.lists(st.floats(0, 0.9).map(face), max_size=3), max_size=4))
def test_every_face_of_every_frame_is_inside_one(frames: list[list[Evidence]]) -> None:
    found = tracks(frames)
    assert all(any(one.box.contains(f.box) for one in found) for some in frames for f in some)
    assert len(found) <= sum(map(len, frames))


def test_a_face_that_comes_later_is_seen() -> None:
    woman = read_photo("astronaut").resize((300, 400))
    rng = np.random.default_rng(0)
    stage = read_photo("coffee").resize(STAGE)
    later = stage.copy()
    later.paste(woman, (0, 0))
    # The frame that stands for the animation is the noisy one, which shows nobody.
    noisy = np.clip(np.asarray(stage).astype(int) + rng.normal(0, 30, (400, 600, 3)), 0, 255)
    frames = [stage, later, Image.fromarray(noisy.astype(np.uint8))]
    view = View(open_photo(encoded(frames, "PNG")))
    assert view.photo.moments is not None and view.photo.moments.shown == 2
    faces = view.sight.faces
    assert faces and faces[0].box.x2 < 0.55
