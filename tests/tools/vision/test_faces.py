from pathlib import Path

import numpy as np
import pytest
import skimage.data

from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.faces import EYES, YUNET, find_faces, learned_faces, one_each

ASTRONAUT = Box(x1=0.34, y1=0.13, x2=0.53, y2=0.38)


def test_without_weights_the_learned_eye_looks() -> None:
    found = find_faces(skimage.data.astronaut())
    assert [face.source for face in found][:1] == ["eyes"]
    assert found[0].box.iou(ASTRONAUT) > 0.4


def test_a_face_map_is_read_as_it_was_written() -> None:
    face_map = np.full((5, 24, 24), -9.0, np.float32)
    # A face 6 cells wide and 8 high, its middle half a cell right of cell (10, 12)'s.
    face_map[:, 10, 12] = [3.0, 0.5, 0.0, np.log(6), np.log(8)]
    (face,) = learned_faces(face_map)
    assert face.box.corners == pytest.approx((10 / 24, 6.5 / 24, 16 / 24, 14.5 / 24))
    assert face.confidence == pytest.approx(1 / (1 + np.exp(-3)))


def test_with_weights_yunet_looks(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(shared_data / "weights"))
    (found,) = find_faces(skimage.data.astronaut())
    assert found.source == "yunet"
    assert found.confidence is not None and found.confidence > 0.8
    assert found.box.iou(ASTRONAUT) > 0.5


def test_a_file_that_only_has_the_name_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / YUNET).write_bytes(b"something else")
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(tmp_path))
    assert [face.source for face in find_faces(skimage.data.astronaut())][:1] == ["eyes"]


def test_no_face_on_a_plain_wall() -> None:
    assert find_faces(np.full((60, 80, 3), 128, np.uint8)) == ()


def _seen(x1: float, y1: float, x2: float, y2: float, sure: float) -> Evidence:
    box = Box(x1=x1, y1=y1, x2=x2, y2=y2)
    return Evidence(kind=EvidenceKind.FACE, box=box, source=EYES, confidence=sure)


def test_parts_of_a_face_are_not_faces_of_their_own() -> None:
    whole = _seen(0.25, 0.26, 0.69, 0.74, 0.97)
    parts = [_seen(0.52, 0.37, 0.75, 0.65, 0.83), _seen(0.4, 0.42, 0.6, 0.69, 0.69)]
    assert one_each([whole, *parts]) == (whole,)


def test_parts_without_a_whole_are_joined() -> None:
    parts = [_seen(0.64, 0.29, 0.84, 0.69, 0.68), _seen(0.55, 0.42, 0.77, 0.77, 0.67)]
    (face,) = one_each(parts)
    assert face.box == Box(x1=0.55, y1=0.29, x2=0.84, y2=0.77)


def test_two_people_stay_two() -> None:
    pair = [_seen(0.2, 0.2, 0.4, 0.5, 0.9), _seen(0.38, 0.2, 0.58, 0.5, 0.9)]
    assert len(one_each(pair)) == 2
