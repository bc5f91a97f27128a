"""Composition elements that can be measured without a model, on a whole photo or inside a crop.

Names are those of CADB (methods reference, section 2.2). Nine of its thirteen are measured here;
triangle, curved, radial and vanishing point need a model's eye and are left to it.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.evidence import Element

Plane = NDArray[np.float32]
"""One value per pixel, shape (H, W)."""

THIRDS = (1 / 3, 2 / 3)
GOLDEN = (1 - 0.618, 0.618)

UNIFORM_SPREAD = (1 / 6) ** 0.5
"""Root of the summed variances of x and y when interest covers the frame evenly."""


def rising(value: float, low: float, high: float) -> float:
    """Return 0 at `low` and below, 1 at `high` and above, linear between."""
    return float(np.clip((value - low) / (high - low), 0, 1))


def placement(saliency: Plane) -> Mapping[Element, float]:
    """Return how well one concentrated interest sits: centre, thirds, golden cut."""
    height, width = saliency.shape
    weights = saliency / max(float(saliency.sum()), 1e-9)
    x = (np.arange(width) + 0.5) / width
    y = (np.arange(height) + 0.5) / height
    columns, rows = weights.sum(axis=0), weights.sum(axis=1)
    cx, cy = float(columns @ x), float(rows @ y)
    spread = float(columns @ (x - cx) ** 2 + rows @ (y - cy) ** 2) ** 0.5
    # Without one concentrated interest there is nothing that could be placed well.
    concentration = rising(UNIFORM_SPREAD - spread, 0.02, 0.2)

    def near(xs: tuple[float, ...], ys: tuple[float, ...], reach: float) -> float:
        distance = min(np.hypot(cx - px, cy - py) for px in xs for py in ys)
        return concentration * rising(-float(distance), -reach, 0)

    return {
        Element.CENTER: near((0.5,), (0.5,), 0.15),
        Element.RULE_OF_THIRDS: near(THIRDS, THIRDS, 0.15),
        Element.GOLDEN_RATIO: near(GOLDEN, GOLDEN, 0.12),
    }


def directions(grey: Plane) -> Mapping[Element, float]:
    """Return how much of the edges' strength runs level, upright and at 45 degrees."""
    dx = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    dy = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    # Not cv2.magnitude, whose last bit depends on where the memory lies.
    strength = np.sqrt(dx * dx + dy * dy)
    # The edge runs across its gradient: a gradient straight up or down is a level edge.
    slope = np.arctan2(np.abs(dy), np.abs(dx))
    total = max(float(strength.sum()), 1e-6)

    def share(middle: float, reach: float) -> float:
        within = np.abs(slope - np.deg2rad(middle)) <= np.deg2rad(reach)
        return float(strength[within].sum()) / total

    # Evenly spread edges put 1/9 within 10 degrees of an axis and 2/9 within 10 of 45 degrees.
    return {
        Element.HORIZONTAL: rising(share(90, 10), 0.22, 0.6),
        Element.VERTICAL: rising(share(0, 10), 0.22, 0.6),
        Element.DIAGONAL: rising(share(45, 10), 0.28, 0.5),
    }


def symmetry(grey: Plane) -> float:
    """Return how alike the left and the mirrored right half are, as correlation above chance."""
    small = cv2.resize(grey, (32, 32), interpolation=cv2.INTER_AREA)
    detail = small - cv2.GaussianBlur(small, (0, 0), 8)
    a, b = detail[:, :16].ravel(), detail[:, :15:-1].ravel()
    scale = float(a.std() * b.std())
    if scale < 1e-4:  # a blank picture is not a symmetric composition
        return 0.0
    return rising(float(((a - a.mean()) * (b - b.mean())).mean()) / scale, 0.25, 0.8)


def spread(grey: Plane, saliency: Plane) -> Mapping[Element, float]:
    """Return whether texture covers the frame evenly, and whether one interest fills it."""
    energy = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    cells = cv2.resize(energy, (6, 6), interpolation=cv2.INTER_AREA)
    mean = float(cells.mean())
    evenness = float(np.percentile(cells, 10)) / max(mean, 1e-6)
    filled = float((saliency > 0.5 * saliency.max()).mean())
    return {
        Element.PATTERN: rising(evenness, 0.4, 0.8) * rising(mean, 0.01, 0.05),
        Element.FILL_THE_FRAME: rising(filled, 0.3, 0.7),
    }


def elements(grey: Plane, saliency: Plane) -> Mapping[Element, float]:
    """Return the strength in [0, 1] of each measured element.

    `grey` in [0, 1] and `saliency` (non-negative) have the same shape (H, W), at least 8x8: the
    analysis picture, or the part of it inside a crop.
    """
    return {
        **placement(saliency),
        **directions(grey),
        Element.SYMMETRIC: symmetry(grey),
        **spread(grey, saliency),
    }
