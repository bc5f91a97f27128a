"""A loaded dataset, and the row that describes each published format."""

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.evals.datasets.checks import Checks, Problem
from cropsmith.evals.datasets.reading import DatasetError, Place
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

PHOTO_FOLDERS = ("photos", "images", "data", "")
"""Where the photos may lie beside the labels, in this order."""


@dataclass(frozen=True)
class Dataset:
    """Labelled photos of one source. Photos themselves may be missing."""

    format: str
    root: Path
    photos: tuple[LabelledPhoto, ...]
    problems: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()
    """The label files that were read."""

    @property
    def fingerprint(self) -> str:
        """sha256 over the label files: two studies with the same one saw the same labels."""
        digest = hashlib.sha256()
        for path in sorted(self.files):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    @property
    def splits(self) -> dict[str, int]:
        """Number of records by split."""
        counts: dict[str, int] = {}
        for photo in self.photos:
            counts[photo.split] = counts.get(photo.split, 0) + 1
        return counts


Loader = Callable[[Path], Dataset]


@dataclass(frozen=True)
class Format:
    """A published dataset: what it is called, how it is recognised, read and obtained."""

    name: str
    title: str
    recognised: Callable[[Path], bool]
    """Whether a folder holds this format; looks only at names."""
    load: Loader
    published: dict[str, int]
    """Photos by split in the published files; {} when it varies."""
    labels: str
    """What people gave: "best crop", "MOS of anchors", ..."""
    obtain: str
    """Where a person gets it; nothing is downloaded by cropsmith."""
    licence: str


def folders_of(root: Path) -> Sequence[str]:
    """Return the photo folders that are there: for many photos, each guess less is felt."""
    return tuple(folder for folder in PHOTO_FOLDERS if (root / folder).is_dir())


def photo_file(root: Path, name: str, folders: Sequence[str] = PHOTO_FOLDERS) -> Path:
    """Return where the photo lies, or where it should lie when it is nowhere."""
    for folder in folders:
        # As texts: a Path made for each guess was a third of a large study's resume.
        if os.path.isfile(path := os.path.join(root, folder, name)):
            return Path(path)
    return next((root / f / name for f in folders if (root / f).is_dir()), root / name)


def unique(
    photos: Iterable[LabelledPhoto], root: Path, checks: Checks | None = None
) -> tuple[LabelledPhoto, ...]:
    """Return the records; DatasetError if two have one name, or if there are none, and why."""
    kept: dict[str, LabelledPhoto] = {}
    for photo in photos:
        if photo.name in kept:
            raise DatasetError(f"{root}: two records are named {photo.name}.")
        kept[photo.name] = photo
    if not kept:
        found = "; ".join(map(str, checks.problems)) if checks else ""
        raise Place(root).error("holds no usable record" + (f": {found}." if found else "."))
    return tuple(kept.values())
