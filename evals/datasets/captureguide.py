"""CaptureGuide-Bench: what people would do with a photo, and how they would crop it.

Its own file format is not public. Read from a neutral JSON file, an array of {"image": name,
"advice": "keep" | "refine" | "reject", "boxes": [[x1, y1, x2, y2], ...]} in pixels of the upright
photo, boxes for "refine" alone, and optionally "width", "height" and "split".
"""

from pathlib import Path
from typing import get_args

from cropsmith.evals.datasets.captioned import boxes_on
from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, read_entries
from cropsmith.evals.metrics.advice import Advice
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

NAME = "captureguide"
FILE = f"{NAME}.json"
LICENCE = "ask the authors: for measurement only"


def load(root: Path) -> Dataset:
    """Read captureguide.json in a folder; photos lie beside it or in photos/ or images/."""
    checks, file = Checks(), root / FILE
    found = [_record(root, entry, checks) for entry in read_entries(file, list)]
    photos = unique((photo for photo in found if photo), root, checks)
    return Dataset(NAME, root, photos, checks.problems, (file,))


def _record(root: Path, entry: Entry, checks: Checks) -> LabelledPhoto | None:
    path = photo_file(root, image := entry.text("image"))
    advice = entry.text("advice")
    if advice not in get_args(Advice):
        raise entry.place.error(f"'advice' must be keep, refine or reject, not '{advice}'.")
    boxes = entry.value.get("boxes", [])
    if not isinstance(boxes, list) or bool(boxes) != (advice == "refine"):
        raise entry.place.error("'boxes' must be there for 'refine', and for nothing else.")
    if (drawn := boxes_on(path, boxes, entry, checks)) is None:
        return None
    size, crops = drawn
    return LabelledPhoto(
        name=image,
        path=str(path),
        size=size,
        crops=crops,
        advice=advice,
        source=NAME,
        split=str(entry.value.get("split", "test")),
        licence=LICENCE,
    )


FORMAT = Format(
    name=NAME,
    title="CaptureGuide-Bench",
    recognised=lambda root: (root / FILE).is_file(),
    load=load,
    published={},
    labels="keep, refine or reject; 3 to 5 boxes to refine",
    obtain="from its authors (ShutterMuse); write captureguide.json as docs/evaluation.md says",
    licence=LICENCE,
)
