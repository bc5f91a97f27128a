"""Several finders, one answer: their boxes matched, and how far they agree recorded.

For each phrase every source (a detector, the VLM itself, the person) brings its boxes. The source
that agrees most with the others is believed; ties go to the one trusted more. Each of its boxes
keeps, as `agreement`, the mean over the other sources of the best IoU they offer for it: a source
that found nothing for the phrase counts 0, a box nobody else saw is thus visibly alone.
A source of the last resort is heard as a witness, and believed only where no other found anything.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from cropsmith.tools.schema.evidence import Evidence
from cropsmith.tools.schema.geometry import as_array, iou_matrix

DOUBTFUL = 0.3
"""Agreement below which a person should be told."""


def reconcile(
    by_source: Mapping[str, Sequence[Evidence]], trust: Sequence[str] = (), last: str = ""
) -> tuple[Evidence, ...]:
    """Return the believed source's evidence for one phrase, with its agreement.

    `by_source` holds every source that looked, also those that found nothing (an empty sequence).
    `trust` orders sources for ties, the most trusted first; those not named come last, in order.
    `last` is the source of the last resort.
    """
    speaking = [name for name, found in by_source.items() if found]
    if not speaking:
        return ()
    others = len(by_source) - 1
    if others == 0:
        return tuple(by_source[speaking[0]])
    rank = {name: i for i, name in enumerate(dict.fromkeys((*trust, *by_source)))}
    agreements = {
        name: np.mean(
            [_best(by_source[name], by_source[other]) for other in by_source if other != name],
            axis=0,
        )
        for name in speaking
    }
    believed = min(
        [name for name in speaking if name != last] or speaking,
        key=lambda name: (-float(agreements[name].mean()), rank[name]),
    )
    return tuple(
        evidence.model_copy(update={"agreement": float(min(1.0, value))})
        for evidence, value in zip(by_source[believed], agreements[believed], strict=True)
    )


def _best(mine: Sequence[Evidence], theirs: Sequence[Evidence]) -> np.ndarray:
    """Return, for each of my boxes, the best IoU among theirs; zeros if they have none."""
    if not theirs:
        return np.zeros(len(mine))
    boxes = [as_array(e.box for e in side) for side in (mine, theirs)]
    return np.asarray(iou_matrix(boxes[0], boxes[1]).max(axis=1))
