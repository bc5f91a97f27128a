"""Sight: everything the built-in photographer measures on one photo, each thing once.

The feature map, which every score needs, is measured at once; the rest when first asked for.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.photographer.network_head import Known
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Line
from cropsmith.tools.schema.geometry import Point
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.vision.backbone import Seen, see
from cropsmith.tools.vision.faces import find_faces, suspected
from cropsmith.tools.vision.horizon import sure_horizon
from cropsmith.tools.vision.lines import find_lines
from cropsmith.tools.vision.saliency import focus, saliency_map, salient_box
from cropsmith.tools.vision.text import find_text
from cropsmith.tools.vision.texture import Texture, measure_texture
from cropsmith.tools.vision.things import Suspects, suspected_things
from cropsmith.tools.vision.tracks import tracks


class Sight:
    """Measurements of one upright photo. Immutable; sharing it between threads is safe."""

    def __init__(
        self, pixels: NDArray[np.uint8], seen: Seen, over: Sequence[NDArray[np.uint8]] = ()
    ) -> None:
        self.pixels = pixels
        """Upright RGB, (H, W, 3), the small size that was looked at."""
        self._over = over or (pixels,)
        self.features = seen.features
        """(rows, columns, channels) of the learned eye, over the normalised frame."""

        self._face_map, self._thing_map = seen.faces, seen.things
        self.densities: dict[Ratio | None, Known] = {}
        """Where an expert's crop lies, per asked ratio, kept by the preference that measured it."""

    @cached_property
    def aspect(self) -> float:
        """Width / height."""
        height, width = self.pixels.shape[:2]
        return float(width / height)

    @cached_property
    def saliency(self) -> NDArray[np.float32]:
        """Where the eye goes first, over the normalised frame, sum 1; of an animation the mean."""
        maps = [saliency_map(pixels) for pixels in self._over]
        return maps[0] if len(maps) == 1 else np.mean(maps, axis=0, dtype=np.float32)

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
        """Faces, largest first; of an animation those of all its looks, with all their places."""
        if len(self._over) > 1:
            return tracks(look(pixels).faces for pixels in self._over)
        return find_faces(self.pixels, self._face_map)

    @cached_property
    def suspected_faces(self) -> tuple[Evidence, ...]:
        """Faces, and what may be one: better not cut, not sure enough to speak of."""
        return suspected(self._face_map, self.faces)

    @cached_property
    def suspected_things(self) -> Suspects:
        """People, animals and vehicles that may be there: better not cut, not sure enough to speak
        of."""
        return suspected_things(self._thing_map)

    @cached_property
    def text(self) -> tuple[Evidence, ...]:
        """Likely lines of text, largest first."""
        return find_text(self.pixels)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Long straight lines, longest first."""
        return find_lines(self.pixels)

    @cached_property
    def horizon(self) -> Line | None:
        """The line that is surely the horizon; None where none is."""
        return sure_horizon(self.pixels, self.lines)

    @cached_property
    def texture(self) -> Texture:
        """Detail, light and colour."""
        return measure_texture(self.pixels)


def look(pixels: NDArray[np.uint8], over: Sequence[NDArray[np.uint8]] = ()) -> Sight:
    """Measure an upright RGB photo, uint8 (H, W, 3); 320 pixels a side are enough.

    `over` are the looks at an animation, of which `pixels` is the one that stands for it.
    """
    return Sight(pixels, see(pixels), over)
