"""The known datasets: found on disk, loaded by name, cut down to what a study asks for."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.evals.datasets import (
    aadb,
    asked,
    cadb,
    captioned,
    captureguide,
    cpc,
    fcdb,
    flms,
    folder,
    gaicd,
    sacd,
)
from cropsmith.evals.datasets.dataset import Dataset, Format
from cropsmith.evals.datasets.reading import DatasetError
from cropsmith.plugins import Added, added

FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        fcdb.FORMAT,
        *gaicd.FORMATS,
        flms.FORMAT,
        cpc.FORMAT,
        sacd.FORMAT,
        cadb.FORMAT,
        aadb.FORMAT,
        *captioned.FORMATS,
        captureguide.FORMAT,
        asked.FORMAT,
    )
}


def plugged() -> Added[Format]:
    """Return the formats of other packages."""
    return added("datasets", Format, "name", own=(*FORMATS, folder.FORMAT.name))


def formats() -> Mapping[str, Format]:
    """Return every format by its name.

    Own folders come last: nearly every other layout has photos or a table in it, too.
    """
    return {**FORMATS, **plugged().rows, folder.FORMAT.name: folder.FORMAT}


@dataclass(frozen=True)
class Found:
    """A dataset that lies on disk."""

    format: Format
    root: Path


def format_named(name: str) -> Format:
    """Return a format; UsageError with the nearest names otherwise."""
    known = formats()
    if name not in known:
        near = get_close_matches(name, known, n=2)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
        hint = plugged().problems.get(name, hint)
        raise UsageError(f"'{name}' is not a known dataset format.", hint=hint)
    return known[name]


def recognise(root: Path) -> Format:
    """Return the format of a folder by the names of its files; DatasetError if none fits."""
    if not root.exists():
        raise DatasetError(f"There is no folder {root}.")
    for row in formats().values():
        if row.recognised(root):
            return row
    raise DatasetError(
        f"{root}: is not laid out like any known dataset.",
        hint="`cropsmith eval datasets` lists the layouts.",
    )


def search(root: Path) -> Iterator[Found]:
    """Yield the published datasets at a folder and one level below; own folders are not guessed."""
    for folder_ in [root, *sorted(p for p in root.glob("*") if p.is_dir())]:
        for row in formats().values():
            if row.name != "folder" and row.recognised(folder_):
                yield Found(row, folder_)
                break


def load(root: Path, name: str = "") -> Dataset:
    """Load a dataset, recognising its format unless one is named."""
    row = format_named(name) if name else recognise(root)
    if name and not row.recognised(root):
        wanted = f"{root}: is not laid out like {row.title}."
        raise DatasetError(wanted, hint=f"Where to get it: {row.obtain}.")
    return row.load(root)


def fold_of(name: str, folds: int = 5) -> int:
    """Return a photo's fold by a hash of its name: the same on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % folds


@dataclass(frozen=True)
class Selection:
    """The part of a dataset that a study uses."""

    split: str = ""
    fold: str = ""
    """"tune" leaves out the fifth of the photos that "validate" keeps; "" takes all."""
    limit: int | None = None
    """So many photos, chosen by the hash of their names, not the first of the file."""
    names: frozenset[str] = frozenset()

    def of(self, dataset: Dataset) -> Dataset:
        """Return the dataset with these photos only; DatasetError when none is left."""
        photos = [
            p
            for p in dataset.photos
            if (not self.split or p.split == self.split)
            and (not self.names or p.name in self.names)
            and self.fold in ("", "validate" if fold_of(p.name) == 0 else "tune")
        ]
        if self.limit is not None and self.limit < len(photos):
            chosen = sorted(photos, key=lambda p: hashlib.sha256(p.name.encode()).digest())
            names = {p.name for p in chosen[: self.limit]}
            photos = [p for p in photos if p.name in names]
        if not photos:
            splits = ", ".join(f"'{name}' ({n})" for name, n in dataset.splits.items())
            raise DatasetError(
                f"{dataset.root}: no photo is left after choosing.", hint=f"It has {splits}."
            )
        return replace(dataset, photos=tuple(photos))
