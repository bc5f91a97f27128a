"""How many of YuNet's faces are found without it: by the eye, and by FaceBoxes, gated or always.

python -m cropsmith.evals.lab.grounding.faces PHOTOS YUNET [--every N]
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.schema.geometry import Boxes, as_array, diverse, iou_matrix
from cropsmith.tools.vision.backbone import see
from cropsmith.tools.vision.faceboxes import SIDE, boxed_faces
from cropsmith.tools.vision.faces import (
    LIKELY,
    OVERLAP,
    SUSPECTED,
    WORTH_A_LOOK,
    learned_faces,
    yunet_faces,
)

GATES = (0.2, 0.3, 0.4, WORTH_A_LOOK, 0.65)
HEIGHTS = (1 / 12, 1 / 30)
"""Least height of the faces that count, as shares of the photo's."""
MET, COVERED = 0.4, 0.8


@dataclass(frozen=True)
class Seen:
    """One photo: YuNet's faces, and everybody else's."""

    truth: Boxes
    face_map: NDArray[np.float32]
    boxes: Boxes
    """FaceBoxes', on the small pixels that the eye has seen."""

    @property
    def suspicion(self) -> float:
        """The eye's greatest chance of a face."""
        return float(1 / (1 + np.exp(-self.face_map[0].max())))


def look(paths: Sequence[Path], yunet: Path) -> list[Seen]:
    """Let all of them look at each photo, YuNet at twice the size."""
    seen = []
    for path in paths:
        photo = open_photo(path)
        small = photo.pixels(SIGHT_SIDE)
        boxes, scores = boxed_faces(small, LIKELY)
        kept = diverse(np.clip(boxes, 0, 1), scores.astype(np.float64), len(boxes), OVERLAP)
        truth = as_array(face.box for face in yunet_faces(photo.pixels(SIDE), yunet))
        seen.append(Seen(truth, see(small).faces, np.clip(boxes, 0, 1)[kept]))
    return seen


def row(name: str, seen: Sequence[Seen], found: Sequence[Boxes], ran: float) -> str:
    """Return a finder's line: where it ran, and for each height faces met, covered, false boxes."""
    cells = [f"{name:30} {ran:5.0%}"]
    for least in HEIGHTS:
        met, covered, false = 0, 0, 0
        faces = 0
        for one, boxes in zip(seen, found, strict=True):
            heights = one.truth[:, 3] - one.truth[:, 1]
            truth = one.truth[heights >= least]
            faces += len(truth)
            high = boxes[boxes[:, 3] - boxes[:, 1] >= least]
            if len(truth) and len(boxes):
                met += int((iou_matrix(truth, boxes).max(axis=1) > MET).sum())
                covered += int((_inside(truth, boxes).max(axis=1) >= COVERED).sum())
            if len(high):
                against = (
                    iou_matrix(high, one.truth) if len(one.truth) else np.zeros((len(high), 1))
                )
                false += int((against.max(axis=1) < 0.1).sum())
        cells.append(f"{faces:5} {met / faces:6.3f} {covered / faces:6.3f} {false:6}")
    return "  ".join(cells)


def _inside(truth: Boxes, boxes: Boxes) -> NDArray[np.float64]:
    """Return the share of each true box inside each other, (N, M)."""
    low = np.maximum(truth[:, None, :2], boxes[None, :, :2])
    high = np.minimum(truth[:, None, 2:], boxes[None, :, 2:])
    areas = np.prod(truth[:, 2:] - truth[:, :2], axis=1)
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=2) / areas[:, None])


def table(seen: Sequence[Seen]) -> str:
    """Return the finders side by side."""
    heads = "  ".join(f"faces    met  cover  false (>= 1/{round(1 / h)})" for h in HEIGHTS)
    lines = [f"{'':30}  runs  {heads}"]
    for name, sure in (("the eye", 0.65), ("the eye's suspicions", SUSPECTED)):
        found = [as_array(f.box for f in learned_faces(one.face_map, sure)) for one in seen]
        lines.append(row(name, seen, found, 1.0))
    for gate in GATES:
        runs = [one.suspicion >= gate for one in seen]
        found = [
            one.boxes if run else np.zeros((0, 4)) for one, run in zip(seen, runs, strict=True)
        ]
        lines.append(row(f"FaceBoxes, suspicion >= {gate}", seen, found, float(np.mean(runs))))
    lines.append(row("FaceBoxes, always", seen, [one.boxes for one in seen], 1.0))
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("yunet", type=Path, help="YuNet's weights")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth photo")
    given = parser.parse_args()
    chosen = sorted(given.photos.iterdir())[:: given.every]
    print(table(look(chosen, given.yunet)))
