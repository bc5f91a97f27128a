"""Saliency: where the eye goes first, from the phase of the colour spectrum.

Phase spectrum of the Fourier transform over the three Lab channels (Guo, Ma and Zhang, CVPR 2008,
the colour form of Hou and Zhang's spectral residual, CVPR 2007): what repeats all over the picture
lives in the magnitudes; keeping the phase alone leaves what stands out.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.schema.geometry import Box, Point

SIDE = 64
"""The map's rows and columns: saliency lives at a coarse scale (Hou and Zhang use 64 pixels)."""

BLUR = 3.0
"""Cells; the scale at which neighbouring spots belong to one thing."""

AIM = 0.5
"""Standard deviation of a photographer's aim, as a share of half the side."""

HALF = 0.5
"""Of the peak, from which a cell belongs to what stands out most."""

SHARE = 0.6
"""Share of all saliency that the salient region holds."""


def saliency_map(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return saliency over the normalised frame, shape (SIDE, SIDE), sum 1, of upright RGB."""
    small = cv2.resize(pixels, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    # A reflected rim: the transform wraps round, and opposite borders are not neighbours.
    rim = SIDE // 4
    padded = cv2.copyMakeBorder(lab, rim, rim, rim, rim, cv2.BORDER_REFLECT)
    planes = np.ascontiguousarray(padded.transpose(2, 0, 1))
    spectrum = np.fft.rfft2(planes)
    phase = spectrum / np.maximum(np.abs(spectrum), 1e-6)
    shown = np.fft.irfft2(phase, s=planes.shape[1:])
    energy = (shown**2).sum(axis=0).astype(np.float32)[rim:-rim, rim:-rim]
    smooth = cv2.GaussianBlur(energy, (0, 0), BLUR)
    smooth -= smooth.min()
    total = float(smooth.sum())
    if total < 1e-12:  # a blank picture: nothing stands out anywhere
        return np.full((SIDE, SIDE), 1 / SIDE**2, np.float32)
    return np.asarray(smooth / total, dtype=np.float32)


def salient_box(saliency: NDArray[np.float32]) -> Box | None:
    """Return the box around the strongest cells that hold SHARE of the saliency; None if it
    would be most of the frame, which says that nothing stands out."""
    flat = np.sort(saliency.ravel())[::-1]
    level = flat[int(np.searchsorted(np.cumsum(flat), SHARE * flat.sum()))]
    rows, columns = np.nonzero(saliency >= level)
    # Stray spots at the far ends must not widen the box: the middle 90 % of the cells count.
    height, width = saliency.shape
    x1, x2 = np.percentile(columns, (5, 95))
    y1, y2 = np.percentile(rows, (5, 95))
    box = Box.of((x1 / width, y1 / height, (x2 + 1) / width, (y2 + 1) / height))
    return box if box.area < 0.5 else None


def focus(saliency: NDArray[np.float32]) -> Point:
    """Return the centre of the strongest interest: of one region, not between two.

    What lies near the middle counts more, as photographers aim. Regions are what remains above half
    of the peak; the one that holds most counts.
    """
    aimed = np.exp(-((np.linspace(-1, 1, len(saliency)) / AIM) ** 2) / 2).astype(np.float32)
    saliency = saliency * aimed[:, None] * aimed
    strong = (saliency >= HALF * saliency.max()).astype(np.uint8)
    count, regions = cv2.connectedComponents(strong)
    held = [float(saliency[regions == region].sum()) for region in range(1, count)]
    region = regions == 1 + int(np.argmax(held))
    weights = np.where(region, saliency, 0).astype(np.float64)
    weights /= weights.sum()
    height, width = saliency.shape
    x = float(weights.sum(axis=0) @ (np.arange(width) + 0.5))
    y = float(weights.sum(axis=1) @ (np.arange(height) + 0.5))
    if not region[int(y), int(x)]:  # a bow's centre lies outside of it
        y, x = (float(v) + 0.5 for v in np.unravel_index(weights.argmax(), weights.shape))
    return Point(x=x / width, y=y / height)
