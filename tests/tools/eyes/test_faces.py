from pathlib import Path

import numpy as np
import pytest
import skimage.data

from cropsmith.tools.eyes.faces import YUNET, find_faces, learned_faces
from cropsmith.tools.geometry import Box

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
