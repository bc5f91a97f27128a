"""Texture: how busy each part of the photo is, how bright, and how strongly coloured."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box

Plane = NDArray[np.float32]
"""One value per cell, (H, W), over the normalised frame."""


@dataclass(frozen=True)
class Texture:
    """Planes over the normalised frame, each in [0, 1]."""

    detail: Plane
    """Strength of edges, 1 at the photo's own 98th percentile: 0 in sky, high in foliage."""
    light: Plane
    colour: Plane
    """Saturation."""


LEVELS = (np.arange(256) / 255).astype(np.float32)
"""Of eight bits, in [0, 1]."""


def measure_texture(pixels: NDArray[np.uint8]) -> Texture:
    """Measure upright RGB (H, W, 3)."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    # Not cv2.magnitude, whose last bit depends on where the memory lies.
    strength = np.sqrt(dx * dx + dy * dy)
    # A photo of fog must not have its noise called detail.
    top = max(float(np.percentile(strength, 98)), 80.0)
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    return Texture(
        detail=np.minimum(strength / top, 1).astype(np.float32),
        light=cv2.LUT(grey, LEVELS),
        colour=cv2.LUT(hsv[..., 1], LEVELS),
    )


def share_inside(plane: Plane, box: Box) -> float:
    """Return the share of a plane's mass inside a box, with fractional cells at its border."""
    height, width = plane.shape
    rows = _cover(box.y1, box.y2, height)
    columns = _cover(box.x1, box.x2, width)
    return float(rows @ plane @ columns / max(float(plane.sum()), 1e-9))


def _cover(low: float, high: float, n: int) -> NDArray[np.float64]:
    edges = np.arange(n)
    share = np.minimum(high * n, edges + 1) - np.maximum(low * n, edges)
    return np.asarray(np.clip(share, 0, 1), np.float64)
