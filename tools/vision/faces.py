"""Faces: YuNet where its weights are at hand, else FaceBoxes, where the learned eye suspects one.

The eye has a small finder on its own maps, taught by YuNet on the training photos. It costs nothing
and misses few large faces, but suspects twenty where there is one: so it says on which photos
FaceBoxes looks, and what is better not cut through.

YuNet (Wu et al., "YuNet: A Tiny Millisecond-level Face Detector", 2023) runs in ONNX Runtime and is
decoded here: the published file's shape operators are refused by OpenCV 4's own wrapper.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cropsmith.settings import weights_folder
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box, Boxes, diverse
from cropsmith.tools.vision.backbone import see
from cropsmith.tools.vision.faceboxes import boxed_faces
from cropsmith.tools.vision.session import open_session

YUNET = "yunet_n_dynamic.onnx"
YUNET_SHA256 = "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12"
STRIDES = (8, 16, 32)
SURE = 0.7
"""YuNet's score from which a face counts."""
LIKELY = 0.5
"""FaceBoxes' score from which a face counts: nine in ten of these are faces."""
POSSIBLE = 0.3
"""FaceBoxes' score from which a face counts where faces are asked for: rather one too many."""
TILE = 0.6
"""Share of each side of the photo that a part has where it is looked at in four."""
SUSPECTED = 0.15
"""The learned eye's chance from which it is better not to cut there, face or not."""
WORTH_A_LOOK = 0.5
"""The learned eye's greatest chance on a photo from which FaceBoxes looks: on a quarter of the
photos, hardly missing a large face that it would find (docs/reports/grounding.md)."""
YUNET_NAME, FACEBOXES, EYES = "yunet", "faceboxes", "eyes"
"""Who found it: the last is the learned eye, which only suspects."""
OVERLAP = 0.3
PART = 0.3
"""Share of the smaller box inside the larger from which both are of one face."""


def find_faces(
    pixels: NDArray[np.uint8], face_map: NDArray[np.float32] | None = None
) -> tuple[Evidence, ...]:
    """Return the faces of upright RGB (H, W, 3), largest first; 320 pixels a side are enough.

    `face_map` spares the learned eye a second look.
    """
    if (path := yunet_weights()) is not None:
        return yunet_faces(pixels, path)
    odds = (see(pixels).faces if face_map is None else face_map)[0]
    if 1 / (1 + np.exp(-odds.max())) < WORTH_A_LOOK:
        return ()
    boxes, scores = boxed_faces(pixels, LIKELY)
    return _evidence(boxes, scores, FACEBOXES)


def find_small_faces(pixels: NDArray[np.uint8]) -> tuple[Evidence, ...]:
    """Return the faces of upright RGB (H, W, 3), largest first, small and doubtful ones with them.

    Wherever the eye suspects none too: FaceBoxes looks at the whole and at four overlapping parts;
    1280 pixels a side are enough.
    """
    if (path := yunet_weights()) is not None:
        return yunet_faces(pixels, path)
    height, width = pixels.shape[:2]
    frame = np.array([width, height, width, height])
    rows, columns = (round(side * TILE) for side in (height, width))
    boxes, scores = [], []
    for top, left, bottom, right in (
        (0, 0, height, width),
        *((y, x, y + rows, x + columns) for y in (0, height - rows) for x in (0, width - columns)),
    ):
        found, sure = boxed_faces(pixels[top:bottom, left:right], POSSIBLE)
        part = np.array([right - left, bottom - top, right - left, bottom - top])
        boxes.append((found * part + [left, top, left, top]) / frame)
        scores.append(sure)
    return _evidence(np.concatenate(boxes), np.concatenate(scores), FACEBOXES)


def suspected(face_map: NDArray[np.float32], faces: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the faces that were found, and what the learned eye takes for one elsewhere.

    Where YuNet found them nothing is added: it misses less than the eye suspects in vain.
    """
    if any(face.source == YUNET_NAME for face in faces):
        return tuple(faces)
    found = [face.box for face in faces]
    doubtful = learned_faces(face_map)
    return (
        *faces,
        *(one for one in doubtful if not any(_share(one.box, box) > PART for box in found)),
    )


def is_certain(face: Evidence) -> bool:
    """Tell whether words may say that this is a face."""
    return face.source != EYES


def yunet_faces(pixels: NDArray[np.uint8], weights: Path) -> tuple[Evidence, ...]:
    """Return the faces that YuNet finds."""
    height, width = pixels.shape[:2]
    # The network halves its input five times.
    padded = np.zeros((-(-height // 32) * 32, -(-width // 32) * 32, 3), np.float32)
    padded[:height, :width] = pixels[..., ::-1]
    session = _yunet(weights)
    names = [f"{kind}_{stride}" for stride in STRIDES for kind in ("cls", "obj", "bbox")]
    found = session.run(names, {"input": np.ascontiguousarray(padded.transpose(2, 0, 1)[None])})
    boxes, scores = [], []
    for index, stride in enumerate(STRIDES):
        sort, thing, corners = (out[0] for out in found[3 * index : 3 * index + 3])
        score = np.sqrt(np.clip(sort[:, 0], 0, 1) * np.clip(thing[:, 0], 0, 1))
        kept = np.flatnonzero(score >= SURE)
        row, column = np.divmod(kept, padded.shape[1] // stride)
        centre = (np.stack([column, row], 1) + corners[kept, :2]) * stride
        half = np.exp(corners[kept, 2:]) * stride / 2
        boxes.append(np.concatenate([centre - half, centre + half], 1))
        scores.append(score[kept])
    every = np.concatenate(boxes) / [width, height, width, height]
    return _evidence(every, np.concatenate(scores), YUNET_NAME)


def learned_faces(face_map: NDArray[np.float32], sure: float = SUSPECTED) -> tuple[Evidence, ...]:
    """Return what the learned eye's face map (5, rows, columns) takes for a face, largest first."""
    chance = 1 / (1 + np.exp(-face_map[0]))
    rows, columns = chance.shape
    row, column = np.nonzero(chance >= sure)
    centre = np.stack([column + 0.5, row + 0.5], 1) + face_map[1:3, row, column].T
    half = np.exp(face_map[3:5, row, column].T) / 2
    boxes = np.concatenate([centre - half, centre + half], 1) / [columns, rows, columns, rows]
    return _evidence(boxes, chance[row, column], EYES)


def _share(a: Box, b: Box) -> float:
    return a.overlap(b) / min(a.area, b.area)


def _evidence(boxes: Boxes, scores: NDArray[np.float32], source: str) -> tuple[Evidence, ...]:
    boxes = np.clip(boxes, 0, 1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
    real = np.flatnonzero(areas > 0)
    kept = real[diverse(boxes[real], scores[real].astype(np.float64), len(real), OVERLAP)].tolist()
    kept.sort(key=lambda index: -areas[index])
    # The eye suspects a hundred faces on many photos, and boxes that were clipped and have an area
    # need no second check.
    return tuple(
        Evidence.model_construct(
            kind=EvidenceKind.FACE,
            box=Box.model_construct(x1=x1, y1=y1, x2=x2, y2=y2),
            source=source,
            confidence=min(1.0, float(scores[index])),
        )
        for index in kept
        for x1, y1, x2, y2 in [boxes[index].tolist()]
    )


def yunet_weights() -> Path | None:
    """Return the file of YuNet's weights; None where they are not at hand."""
    path = weights_folder() / YUNET
    return path if path.is_file() and _is_yunet(path, path.stat().st_mtime) else None


@cache
def _is_yunet(path: Path, _modified: float) -> bool:
    # A wrong file must not be run: it could be anything.
    return sha256(path.read_bytes()).hexdigest() == YUNET_SHA256


@cache
def _yunet(path: Path) -> Any:
    return open_session(path)


def largest(faces: Sequence[Evidence]) -> Evidence | None:
    """Return the largest face, or None."""
    return max(faces, key=lambda face: face.box.area, default=None)
