"""Sight: everything the built-in photographer measures on one photo, each thing once.

The feature map, which every score needs, is measured at once; the rest when first asked for.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.network_head import Known
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Line
from cropsmith.tools.schema.geometry import Point
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen, see
from cropsmith.tools.vision.faces import EYES, LIKELY, SUSPECTED, find_faces, one_each
from cropsmith.tools.vision.lines import find_lines, horizon
from cropsmith.tools.vision.saliency import focus, saliency_map, salient_box
from cropsmith.tools.vision.text import find_text
from cropsmith.tools.vision.texture import Texture, measure_texture


class Sight:
    """Measurements of one upright photo. Immutable; sharing it between threads is safe."""

    def __init__(self, pixels: NDArray[np.uint8], seen: Seen) -> None:
        self.pixels = pixels
        """Upright RGB, (H, W, 3), the small size that was looked at."""
        self.features = seen.features
        """(rows, columns, channels) of the learned eye, over the normalised frame."""

        self._face_map = seen.faces
        self.densities: dict[Ratio | None, Known] = {}
        """Where an expert's crop lies, per asked ratio, kept by the preference that measured it."""

    @cached_property
    def aspect(self) -> float:
        """Width / height."""
        height, width = self.pixels.shape[:2]
        return float(width / height)

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """Where the eye goes first, over the normalised frame, sum 1."""
        return saliency_map(self.pixels)

    @cached_property
    def salient(self) -> Evidence | None:
        """The region that stands out; None if nothing does."""
        box = salient_box(self.saliency)
        if box is None:
            return None
        return Evidence(kind=EvidenceKind.SALIENT, box=box, source="saliency")

    @cached_property
    def focal_point(self) -> Point:
        """The centre of the strongest interest."""
        return focus(self.saliency)

    @cached_property
    def faces(self) -> tuple[Evidence, ...]:
        """Faces, largest first."""
        likely = [f for f in self.suspected_faces if (f.confidence or 0) >= LIKELY]
        return one_each(likely) if likely and likely[0].source == EYES else tuple(likely)

    @cached_property
    def suspected_faces(self) -> tuple[Evidence, ...]:
        """Faces, and what may be one: better not cut, not sure enough to speak of."""
        return find_faces(self.pixels, self._face_map, sure=SUSPECTED)

    @cached_property
    def text(self) -> tuple[Evidence, ...]:
        """Likely lines of text, largest first."""
        return find_text(self.pixels)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Long straight lines, longest first."""
        return find_lines(self.pixels)

    @property
    def horizon(self) -> Line | None:
        """The line most likely to be the horizon."""
        return horizon(self.lines)

    @cached_property
    def texture(self) -> Texture:
        """Detail, light and colour."""
        return measure_texture(self.pixels)


def look(pixels: NDArray[np.uint8]) -> Sight:
    """Measure an upright RGB photo, uint8 (H, W, 3); 320 pixels a side are enough."""
    return Sight(pixels, see(pixels))
