"""Keep or refine: was the photo left alone when it should be, and bettered when not?

CaptureGuide-Bench's protocol as ShutterMuse describes it: a photo whose people kept it is a success
when the system keeps it too; one that they cropped is a success when the crop meets one of theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cropsmith.evals.metrics.overlap import Agreement, agreement
from cropsmith.tools.schema.geometry import Box

KEPT_FROM = 0.99
"""A box of this share of the area is the photo itself, whatever it is called."""
REFINED_AT = 0.7
"""IoU with an annotator that counts as refined: ShutterMuse's reward threshold."""


@dataclass(frozen=True)
class Keeping:
    """One photo's outcome; exactly one of the two successes can apply."""

    should_keep: bool
    kept: bool
    success: bool


def kept(box: Box) -> bool:
    """Tell whether a crop is the whole photo."""
    return box.area >= KEPT_FROM


def keeping(box: Box, truths: Sequence[Box], known: Agreement | None = None) -> Keeping:
    """Compare with the annotators: most of them kept the photo, or they cropped it.

    `known` is the box's agreement with all of them, where it was worked out before.
    """
    whole = sum(kept(truth) for truth in truths)
    should = whole * 2 > len(truths)
    did = kept(box)
    if should:
        return Keeping(should_keep=True, kept=did, success=did)
    found = known if known and not whole else agreement(box, [t for t in truths if not kept(t)])
    met = found.iou_max >= REFINED_AT
    return Keeping(should_keep=False, kept=did, success=met and not did)
