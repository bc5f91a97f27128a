"""Keep, refine or reject: was the photo treated as people would treat it?

CaptureGuide-Bench's question as ShutterMuse describes it: some photos are good as they are, some
gain by a crop, and some no crop can help.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cropsmith.evals.metrics.keeping import REFINED_AT, kept
from cropsmith.evals.metrics.overlap import agreement
from cropsmith.tools.schema.geometry import Box

Advice = Literal["", "keep", "refine", "reject"]


@dataclass(frozen=True)
class Advised:
    """One photo's outcome."""

    alike: bool
    """The same of the three as the people's."""
    success: bool
    """And, of a photo to refine, the crop met one of theirs."""


def advised(advice: Advice, box: Box | None, truths: Sequence[Box], *, rejected: bool) -> Advised:
    """Compare an answer with the people's advice; no box and not rejected is no answer."""
    if box is None and not rejected:
        return Advised(alike=False, success=False)
    did = "reject" if box is None else "keep" if kept(box) else "refine"
    alike = did == advice
    if not alike or advice != "refine" or box is None:
        return Advised(alike, alike)
    return Advised(alike, agreement(box, truths).iou_max >= REFINED_AT)
