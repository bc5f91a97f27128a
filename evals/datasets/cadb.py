"""CADB: photos rated 1-5 for composition by five people, with elements and scenes.

`composition_scores.json` {name: {"mean": ..., "scores": [...]}}, `split.json` {"train", "test"},
`composition_elements.json` {name: {element: [[x, y, x, y, ...], ...]}}, in pixels of the photo, and
`scene_categories.json`. A rating is of the whole photo: the record has one "crop", the full frame,
with the mean as its score.
"""

from pathlib import Path

import numpy as np

from cropsmith.evals.datasets.checks import Checks, placeholders
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, image_size, numbers, read_entries
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

SCORES = "composition_scores.json"
LICENCE = "photos of AADB, from Flickr users: for measurement only"


def recognised(root: Path) -> bool:
    """Tell whether the composition scores are there."""
    return (root / SCORES).is_file()


def load(root: Path) -> Dataset:
    """Read scores, split, scenes and elements."""
    checks = Checks()
    extra = [root / n for n in ("split.json", "scene_categories.json", "composition_elements.json")]
    split_file, scene_file, element_file = extra
    split: dict[str, str] = {}
    if split_file.is_file():
        for entry in read_entries(split_file, dict):
            if not isinstance(entry.value, list):
                raise entry.place.error(f"the split '{entry.key}' must be a list of file names.")
            split |= {str(name): entry.key for name in entry.value}
    tags = (
        {e.key: _words(e) for e in read_entries(scene_file, dict)} if scene_file.is_file() else {}
    )
    elements = (
        {entry.key: entry for entry in read_entries(element_file, dict)}
        if element_file.is_file()
        else {}
    )
    photos = []
    for entry in read_entries(root / SCORES, dict):
        path = photo_file(root, entry.key)
        (score,) = numbers([_mean(entry)], 1, entry.place, "the mean score")
        if not 1 <= score <= 5:
            raise entry.place.error(f"a composition score lies between 1 and 5, not {score:g}.")
        size = image_size(path)
        drawn = _drawn(elements[entry.key], size) if entry.key in elements else {}
        photos.append(
            LabelledPhoto(
                name=entry.key,
                path=str(path),
                size=size,
                crops=(ExpertCrop(box=Box.whole(), score=score),),
                tags=(*tags.get(entry.key, ()), *drawn),
                elements=drawn,
                source="cadb",
                split=split.get(entry.key, ""),
                licence=LICENCE,
            )
        )
    gone = placeholders([Path(p.path) for p in photos], checks)
    kept = unique((p for p in photos if Path(p.path) not in gone), root, checks)
    files = (root / SCORES, *(path for path in extra if path.is_file()))
    return Dataset("cadb", root, kept, checks.problems, files)


def _mean(entry: Entry) -> object:
    """Return the mean as published, else that of the single scores."""
    if isinstance(entry.value, dict) and "mean" not in entry.value:
        scores = entry.get("scores")
        if isinstance(scores, list) and scores:
            values = numbers(scores, len(scores), entry.place, "'scores'")
            return sum(values) / len(values)
    return entry.get("mean")


def _drawn(entry: Entry, size: Size | None) -> dict[str, tuple[tuple[float, ...], ...]]:
    """Return elements, named as `Element` names them, with their lines and boxes normalised.

    CADB writes rule_of_thirds; a photo of "none" has none.
    """
    if not isinstance(entry.value, dict):
        raise entry.place.error(f"'{entry.key}' must name elements with what was drawn of each.")
    found = {}
    for name, shapes in entry.value.items():
        if name == "none":
            continue
        if not isinstance(shapes, list) or not all(isinstance(one, list) for one in shapes):
            raise entry.place.error(f"'{name}' of '{entry.key}' must be a list of lists.")
        rows = [_normalised(entry, name, one, size) for one in shapes] if size else []
        found[name.replace("_", " ")] = tuple(rows)
    return found


def _normalised(entry: Entry, name: str, shape: list[object], size: Size) -> tuple[float, ...]:
    what = f"a shape of '{name}'"
    points = np.reshape(numbers(shape, len(shape) // 2 * 2, entry.place, what), (-1, 2))
    return tuple(np.clip(points / (size.width, size.height), 0, 1).ravel().tolist())


def _words(entry: Entry) -> tuple[str, ...]:
    """Return the names in a value: a text, or a list."""
    if isinstance(entry.value, str):
        return (entry.value,)
    if isinstance(entry.value, list):
        return tuple(str(word) for word in entry.value)
    raise entry.place.error(f"'{entry.key}' must name a scene.")


FORMAT = Format(
    name="cadb",
    title="CADB (composition assessment)",
    recognised=recognised,
    load=load,
    published={"train": 8547, "test": 950},
    labels="composition score 1-5 of the whole photo, elements, scene",
    obtain="GitHub bcmi/Image-Composition-Assessment-Dataset-CADB",
    licence=LICENCE,
)
