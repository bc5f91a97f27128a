"""SACD: a subject mask, the best box for it, and further good boxes (Yang et al., 2023).

`train.json`, `val.json`, `test.json` = {"jsons": [path, ...]}; each of those has "mask_box", a JSON
*text* of [x, y, w, h], "best_box" = [[x1, y1, x2, y2]] and "crop_box", a list of [x1, y1, x2, y2].
A crop is scored against best_box and crop_box together. The photo and its mask have the name of
the JSON file. The layout is known from the code of GenCrop, not from the authors.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cropsmith.evals.datasets.checks import Checks, from_corner
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, Place, image_size, numbers, parse_json, record
from cropsmith.evals.datasets.reading import read_json as read
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

SPLITS = ("train", "val", "test")
LICENCE = "photos without a recorded licence: for measurement only"


def recognised(root: Path) -> bool:
    """Tell whether a split list and the folder of masks are there."""
    return (root / "masks").is_dir() and any((root / f"{s}.json").is_file() for s in SPLITS)


def load(root: Path) -> Dataset:
    """Read every split that is there; the photo must be present, since sizes are not told."""
    checks = Checks()
    lists = [root / f"{s}.json" for s in SPLITS if (root / f"{s}.json").is_file()]
    photos = []
    files = list(lists)
    for path in lists:
        for name in _listed(path):
            file = root / name
            files.append(file)
            with record():
                if photo := _record(root, file, path.stem, checks):
                    photos.append(photo)
    return Dataset("sacd", root, unique(photos, root, checks), checks.problems, tuple(files))


def _listed(path: Path) -> Iterator[str]:
    names = Entry(Place(path, 1), "", read(path)).get("jsons")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Place(path, 1).error("'jsons' must be a list of paths.")
    yield from names


def _record(root: Path, file: Path, split: str, checks: Checks) -> LabelledPhoto | None:
    entry = Entry(Place(file, 1), file.stem, read(file))
    path = _named(root, ("images", "image", "photos", ""), file.stem)
    size = image_size(path)
    if size is None:
        checks.note("photo missing, so its size is unknown", entry.place, "dropped")
        return None
    mask = entry.get("mask_box")
    mask = parse_json(mask, file, 1) if isinstance(mask, str) else mask
    subject = checks.box(
        from_corner(numbers(mask, 4, entry.place, "'mask_box'")), size, entry.place
    )
    found = [
        checks.box(numbers(c, 4, entry.place, f"a box of '{name}'"), size, entry.place)
        for name in ("best_box", "crop_box")
        for c in _list(entry, name)
    ]
    mask_file = _named(root, ("masks",), file.stem)
    return LabelledPhoto(
        name=path.name,
        path=str(path),
        size=size,
        crops=tuple(ExpertCrop(box=box) for box in found if box),
        subject=subject,
        subject_mask=str(mask_file) if mask_file.is_file() else "",
        source="sacd",
        split=split,
        licence=LICENCE,
    )


def _list(entry: Entry, name: str) -> list[Any]:
    value = entry.get(name)
    if not isinstance(value, list):
        raise entry.place.error(f"'{name}' must be a list of boxes.")
    return value


def _named(root: Path, folders: tuple[str, ...], stem: str) -> Path:
    for suffix in (".jpg", ".png", ".jpeg"):
        if (path := photo_file(root, stem + suffix, folders)).is_file():
            return path
    return photo_file(root, f"{stem}.jpg", folders)


FORMAT = Format(
    name="sacd",
    title="SACD (subject-aware cropping)",
    recognised=recognised,
    load=load,
    published={"train": 2326, "val": 290, "test": 290},
    labels="subject mask, best box, further good boxes",
    obtain="GitHub bcmi (Yang et al., Focusing on Your Subject, AAAI 2023)",
    licence=LICENCE,
)
