"""Faces: YuNet where its weights are at hand, else a small finder on the learned eye's own maps.

The finder was taught by YuNet on the training photos. It costs next to nothing and finds twice as
many faces as OpenCV's Haar cascade, which takes longer than everything else together.

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

YUNET = "yunet_n_dynamic.onnx"
YUNET_SHA256 = "104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12"
STRIDES = (8, 16, 32)
SURE = 0.7
"""YuNet's score from which a face counts."""
LIKELY = 0.65
"""The learned finder's chance from which a face counts: four in five of these are faces."""
CERTAIN = 0.8
"""The learned finder's chance from which a face is spoken of: nine in ten of these are faces."""
SUSPECTED = 0.15
"""Chance from which it is better not to cut there, face or not."""
EYES = "eyes"
"""The source of what the learned finder found."""
OVERLAP = 0.3
PART = 0.3
"""Share of the smaller box inside the larger from which both are of one face."""
MOST = 0.6
"""Share of the union from which one box stands for it."""


def find_faces(
    pixels: NDArray[np.uint8],
    face_map: NDArray[np.float32] | None = None,
    *,
    sure: float = LIKELY,
) -> tuple[Evidence, ...]:
    """Return the faces of upright RGB (H, W, 3), largest first.

    `face_map` spares the learned eye a second look; `sure` is the chance it asks for.
    """
    path = weights_folder() / YUNET
    if path.is_file() and _is_yunet(path, path.stat().st_mtime):
        return yunet_faces(pixels, path)
    found = learned_faces(see(pixels).faces if face_map is None else face_map, sure)
    # Mere suspicions stay apart: joined, they would cover the photo.
    return one_each(found) if sure >= LIKELY else found


def is_certain(face: Evidence) -> bool:
    """Tell whether words may say that this is a face."""
    return face.source != EYES or (face.confidence or 0) >= CERTAIN


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
    return _evidence(every, np.concatenate(scores), "yunet")


def learned_faces(face_map: NDArray[np.float32], sure: float = LIKELY) -> tuple[Evidence, ...]:
    """Return the faces that the learned eye's face map (5, rows, columns) shows."""
    chance = 1 / (1 + np.exp(-face_map[0]))
    rows, columns = chance.shape
    row, column = np.nonzero(chance >= sure)
    centre = np.stack([column + 0.5, row + 0.5], 1) + face_map[1:3, row, column].T
    half = np.exp(face_map[3:5, row, column].T) / 2
    boxes = np.concatenate([centre - half, centre + half], 1) / [columns, rows, columns, rows]
    return _evidence(boxes, chance[row, column], EYES)


def one_each(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return one box a face: on a large face the finder also sees its parts.

    Boxes that share much of the smaller one belong together. The surest stands for them if it is
    most of their union; else the union does.
    """
    groups: list[list[Evidence]] = []
    for face in sorted(found, key=lambda one: -one.box.area):
        near = [g for g in groups if any(_share(face.box, other.box) > PART for other in g)]
        groups = [g for g in groups if g not in near]
        groups.append([face, *(one for g in near for one in g)])
    return tuple(sorted((_standing_for(group) for group in groups), key=lambda one: -one.box.area))


def _share(a: Box, b: Box) -> float:
    return a.overlap(b) / min(a.area, b.area)


def _standing_for(group: Sequence[Evidence]) -> Evidence:
    surest = max(group, key=lambda one: one.confidence or 0)
    union = surest.box.union(*(one.box for one in group))
    if surest.box.area >= MOST * union.area:
        return surest
    return surest.model_copy(update={"box": union})


def _evidence(boxes: Boxes, scores: NDArray[np.float32], source: str) -> tuple[Evidence, ...]:
    boxes = np.clip(boxes, 0, 1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], 1)
    real = np.flatnonzero(areas > 0)
    kept = real[diverse(boxes[real], scores[real].astype(np.float64), len(real), OVERLAP)].tolist()
    kept.sort(key=lambda index: -areas[index])
    return tuple(
        Evidence(
            kind=EvidenceKind.FACE,
            box=Box.of(boxes[index]),
            source=source,
            confidence=min(1.0, float(scores[index])),
        )
        for index in kept
    )


@cache
def _is_yunet(path: Path, _modified: float) -> bool:
    # A wrong file must not be run: it could be anything.
    return sha256(path.read_bytes()).hexdigest() == YUNET_SHA256


@cache
def _yunet(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def largest(faces: Sequence[Evidence]) -> Evidence | None:
    """Return the largest face, or None."""
    return max(faces, key=lambda face: face.box.area, default=None)
