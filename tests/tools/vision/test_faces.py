from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data

from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.faceboxes import boxed_faces
from cropsmith.tools.vision.faces import (
    EYES,
    FACEBOXES,
    YUNET,
    find_faces,
    is_certain,
    learned_faces,
    suspected,
)

ASTRONAUT = Box(x1=0.34, y1=0.13, x2=0.53, y2=0.38)


def test_without_downloaded_weights_faceboxes_looks() -> None:
    (found,) = find_faces(skimage.data.astronaut())
    assert found.source == "faceboxes" and is_certain(found)
    assert found.box.iou(ASTRONAUT) > 0.4


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
    assert [face.source for face in find_faces(skimage.data.astronaut())] == ["faceboxes"]


def test_no_face_on_a_plain_wall() -> None:
    assert find_faces(np.full((60, 80, 3), 128, np.uint8)) == ()


def test_a_face_is_suspected_once() -> None:
    face_map = np.full((5, 24, 24), -9.0, np.float32)
    face_map[:, 10, 12] = [0.0, 0.5, 0.0, np.log(6), np.log(8)]
    face_map[:, 20, 3] = [-1.0, 0.0, 0.0, np.log(2), np.log(3)]
    box = Box(x1=0.42, y1=0.27, x2=0.66, y2=0.6)
    found = Evidence(kind=EvidenceKind.FACE, box=box, source=FACEBOXES, confidence=0.9)
    kept, doubtful = suspected(face_map, (found,))
    assert kept == found and doubtful.source == EYES
    assert doubtful.box.centre.y > 0.8
    assert len(suspected(face_map, ())) == 2


@pytest.mark.parametrize("side", [160, 320, 640])
def test_the_photos_size_hardly_matters(side: int) -> None:
    pixels = cv2.resize(skimage.data.astronaut(), (side, side), interpolation=cv2.INTER_AREA)
    (face,) = find_faces(pixels)
    assert face.box.iou(ASTRONAUT) > 0.4


@pytest.mark.parametrize("height, width", [(1, 1), (3, 900), (700, 5)])
def test_any_shape_is_taken(height: int, width: int) -> None:
    boxes, scores = boxed_faces(np.zeros((height, width, 3), np.uint8), 0.5)
    assert boxes.shape == (len(scores), 4)
