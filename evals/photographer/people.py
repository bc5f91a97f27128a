"""Training of the face gate: which photos are worth the slow cascade's time.

Labels are YuNet's findings on the training photos, so its weights are needed here, and only here.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.eyes.faces import SMALLEST, yunet_faces
from cropsmith.tools.eyes.people import summary

RIDGE = 3.0
RECALL = 0.9
STEPS = 20


def face_labels(photos: Sequence[NDArray[np.uint8]], yunet: Path) -> NDArray[np.bool_]:
    """Return (N,) whether each photo shows a face that the cascade could find."""
    found = [yunet_faces(pixels, yunet) for pixels in photos]
    return np.array([any(face.box.height >= SMALLEST for face in faces) for faces in found])


def train_gate(
    features: Sequence[NDArray[np.float32]], labels: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the weights and, last, the bias of `may_show_a_face`: at 0 it keeps RECALL of them."""
    plain = np.stack([summary(one) for one in features]).astype(np.float64)
    centre, spread = plain.mean(0), plain.std(0) + 1e-6
    x = np.column_stack([(plain - centre) / spread, np.ones(len(plain))])
    weights = np.zeros(x.shape[1])
    held = RIDGE * np.eye(len(weights))
    held[-1, -1] = 1e-3
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (labels - chance) - held @ weights
        weights += np.linalg.solve((x * (chance * (1 - chance))[:, None]).T @ x + held, slope)
    scores = x @ weights
    weights[-1] -= np.quantile(scores[labels], 1 - RECALL)
    slopes = weights[:-1] / spread
    return np.array([*slopes, weights[-1] - slopes @ centre], dtype=np.float32)
