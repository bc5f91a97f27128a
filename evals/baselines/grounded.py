"""What grounding alone gets of a text: ClipCrop's baseline OWL-ViT, its top box and its union box.

The top box answers the whole sentence. The union box is the smallest around the best box of the
sentence and of each noun phrase in it, from which ClipCrop's decoder starts (section 3.1).
"""

from collections.abc import Sequence

from cropsmith.evals.trial import Trial
from cropsmith.tools.grounding.owl import load_owl
from cropsmith.tools.grounding.queries import all_chunks
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box

DETECTOR = "owlvit"
"""OWL-ViT B/32, as published."""


def top_box(trial: Trial) -> Box:
    """Return the best box for the text; the whole photo where there is none."""
    return _best(trial, [trial.text])[0]


def union_box(trial: Trial) -> Box:
    """Return the smallest box around the best boxes of the sentence and its noun phrases."""
    found = _best(trial, all_chunks(trial.text))
    return Box(
        x1=min(box.x1 for box in found),
        y1=min(box.y1 for box in found),
        x2=max(box.x2 for box in found),
        y2=max(box.y2 for box in found),
    )


def _best(trial: Trial, queries: Sequence[str]) -> list[Box]:
    """Return the best box of each query, whatever its score: the answer must be a box."""
    found = load_owl(DETECTOR).by_text([View(open_photo(trial.path))], [queries])[0]
    if not len(found.boxes):
        return [Box.whole()]
    return [Box.of(found.boxes[row]) for row in found.scores.argmax(axis=0)]
