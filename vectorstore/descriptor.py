"""The built-in descriptor: where a picture has weight, edges and light; no weights to download.

Cropping depends on layout more than on what is shown, so most of the vector tells *where* things
are: conspicuous regions (spectral residual, Hou & Zhang, CVPR 2007, and colour contrast, after
Achanta et al., CVPR 2009), edge density, edge orientation on a coarse grid (GIST, Oliva and
Torralba, IJCV 2001), luminance. Colour layout, colour histogram and shape break ties. Each part is
centred and scaled to its weight: a cosine is a weighted mean of the parts' correlations.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.vectorstore.embedder import Picture, Prepared, Vectors, unit

Plane = NDArray[np.float32]

GRID = 8
"""Cells a side of the layout maps."""
COARSE = 4
"""Cells a side of the orientation map."""
ORIENTATIONS = 8
SIDE = 64
"""The picture is measured at SIDE x SIDE pixels: crops are compared in normalised coordinates."""
COLOUR_SCALE = np.array([0.5, 1, 1], dtype=np.float32)
COLOUR_MIDDLE = np.array([25, 0, 0], dtype=np.float32)
RATIO_KNOTS = np.linspace(-0.9, 0.9, 9)

WEIGHTS = {
    "saliency": 1.0,
    "edges": 1.0,
    "orientation": 1.0,
    "luminance": 0.4,
    "colour": 0.3,
    "histogram": 0.2,
    "shape": 0.3,
}
"""Set on two thirds of the FCDB training photos (evals/retrieval/transfer.py measures the rest)."""


class LayoutDescriptor:
    """Describes the layout of a picture in 621 numbers, in about a millisecond."""

    id = "builtin/layout-1"
    side = 160
    batch = 16

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        maps = 3 * GRID**2 + ORIENTATIONS * COARSE**2
        return maps + 3 * GRID**2 + 4 * 5 * 5 + len(RATIO_KNOTS)

    def embed(self, prepared: Sequence[Prepared]) -> Vectors:
        """Return one unit vector for each description."""
        return unit(np.array(prepared, dtype=np.float32).reshape(-1, self.dimension))

    def prepare(self, picture: Picture) -> Prepared:
        """Describe one picture; shape (D,)."""
        square = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        lab = cv2.cvtColor(square.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
        light = np.ascontiguousarray(lab[..., 0])
        across, down = (cv2.Sobel(light, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
        strength = np.hypot(across, down)
        angle = (np.arctan2(down, across) % np.pi) / np.pi * ORIENTATIONS
        parts = {
            "saliency": _centred(_cells(_conspicuous(lab))),
            "edges": _centred(_cells(_relative(strength))),
            "orientation": _orientation(angle, strength),
            "luminance": _centred(_cells(light)),
            "colour": _cells(lab * COLOUR_SCALE) - COLOUR_MIDDLE,
            "histogram": _histogram(lab),
            "shape": np.exp(
                -((np.log(picture.shape[1] / picture.shape[0]) - RATIO_KNOTS) ** 2) / 0.09
            ),
        }
        weighted = [WEIGHTS[name] ** 0.5 * unit(part.ravel()) for name, part in parts.items()]
        return np.asarray(np.concatenate(weighted), dtype=np.float32)


def _cells(plane: Plane, cells: int = GRID) -> Plane:
    return np.asarray(cv2.resize(plane, (cells, cells), interpolation=cv2.INTER_AREA))


def _centred(plane: Plane) -> Plane:
    return np.asarray(plane - plane.mean(), dtype=np.float32)


def _relative(plane: Plane) -> Plane:
    return np.asarray(plane / (plane.mean() + 1e-8), dtype=np.float32)


def _conspicuous(lab: Plane) -> Plane:
    contrast = np.linalg.norm(cv2.GaussianBlur(lab, (0, 0), 1) - lab.mean((0, 1)), axis=2)
    spectrum = np.fft.fft2(lab[..., 0])
    log = np.log(np.abs(spectrum) + 1e-8)
    residual = log - cv2.blur(log, (3, 3))
    odd = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    smooth = cv2.GaussianBlur(odd.astype(np.float32), (0, 0), 2.5)
    both = [_relative(cv2.GaussianBlur(plane, (0, 0), 3)) for plane in (contrast, smooth)]
    return np.asarray(both[0] + both[1], dtype=np.float32)


def _orientation(angle: Plane, strength: Plane) -> Plane:
    bins = []
    for bin in range(ORIENTATIONS):
        away = np.abs(angle - bin)
        share = np.clip(1 - np.minimum(away, ORIENTATIONS - away), 0, None)
        bins.append(_cells(np.asarray(share * strength, dtype=np.float32), COARSE))
    shares = np.stack(bins)
    return _centred(np.sqrt(shares / (shares.sum() + 1e-8)))


def _histogram(lab: Plane) -> Plane:
    ranges = [0, 100.1, -60, 60, -60, 60]
    counts = cv2.calcHist([lab], [0, 1, 2], None, [4, 5, 5], ranges)
    return np.asarray(np.sqrt(counts / max(1.0, counts.sum())), dtype=np.float32)
