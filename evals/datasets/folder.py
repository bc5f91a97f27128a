"""A person's own photos: a folder, with a CSV of crops beside them, or with none.

The CSV has a header. `file` and either `x1,y1,x2,y2` or `x,y,width,height` (pixels of the upright
photo) are needed; `score`, `text`, `split` and `licence` may be there. Several rows with one file
and one text are the crops of several people.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cropsmith.evals.datasets.checks import Checks, from_corner
from cropsmith.evals.datasets.dataset import Dataset, Format, folders_of, photo_file, unique
from cropsmith.evals.datasets.reading import MOST, Place, image_size, read_text
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

PHOTOS = frozenset(
    ".jpg .jpeg .png .webp .avif .heic .heif .tif .tiff .gif .bmp".split()  # what opens
)
CORNERS = ("x1", "y1", "x2", "y2")
CORNER_AND_SIZE = ("x", "y", "width", "height")
OPTIONAL = ("score", "text", "split", "licence")


@dataclass
class _Group:
    """The rows of one photo and text."""

    place: Place
    file: str
    text: str
    split: str
    licence: str
    corners: list[tuple[Place, tuple[float, float, float, float], float | None]] = field(
        default_factory=list
    )


def recognised(root: Path) -> bool:
    """Tell whether the folder holds photos, or one CSV."""
    if not root.is_dir():
        return root.suffix.lower() == ".csv" and root.is_file()
    return _csv(root) is not None or any(
        path.suffix.lower() in PHOTOS for path in _photos(root, limit=1)
    )


def load(root: Path) -> Dataset:
    """Read the one CSV of the folder (or the given CSV); without one, every photo, unlabelled."""
    checks = Checks()
    table = root if root.is_file() else _csv(root)
    base = root.parent if root.is_file() else root
    if table is None:
        records = [_unlabelled(path, base) for path in _photos(base)]
        return Dataset("folder", root, unique(records, root, checks), (), ())
    folders = folders_of(base)
    photos = [p for g in _groups(table) if (p := _record(base, folders, g, checks))]
    return Dataset("folder", root, unique(photos, root, checks), checks.problems, (table,))


def _csv(root: Path) -> Path | None:
    """Return the folder's CSV; more than one is a question only the person can answer."""
    found = sorted(root.glob("*.csv"))
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise Place(root).error(f"holds several CSV files ({names}).", hint="Name one of them.")
    return found[0] if found else None


def _photos(root: Path, limit: int | None = None) -> Iterator[Path]:
    found = 0
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in PHOTOS and path.is_file():
            yield path
            found += 1
            if found == limit:
                return


def _unlabelled(path: Path, root: Path) -> LabelledPhoto:
    name = path.relative_to(root).as_posix()
    return LabelledPhoto(name=name, path=str(path), size=image_size(path), source="personal")


def _groups(table: Path) -> Iterator[_Group]:
    lines = read_text(table).splitlines()
    reader = csv.DictReader(lines, skipinitialspace=True)
    columns = [name.strip().lower() for name in reader.fieldnames or ()]
    shape = _shape(columns, Place(table, 1))
    reader.fieldnames = columns
    groups: dict[tuple[str, str], _Group] = {}
    for row in reader:
        place = Place(table, reader.line_num)
        if None in row or None in row.values():
            raise place.error(f"{len(columns)} columns were expected.")
        if not row["file"]:
            raise place.error("the file is empty.")
        key = (row["file"], row.get("text", ""))
        group = groups.setdefault(
            key, _Group(place, *key, row.get("split", ""), row.get("licence", ""))
        )
        x1, y1, x2, y2 = (_number(row, name, place) for name in shape)
        corners = (x1, y1, x2, y2) if shape is CORNERS else from_corner((x1, y1, x2, y2))
        score = _number(row, "score", place) if row.get("score") else None
        group.corners.append((place, corners, score))
    yield from groups.values()


def corners_of(table: Path) -> dict[str, tuple[float, float, float, float]]:
    """Return name -> the first crop of a CSV, x1 y1 x2 y2 in pixels, without looking for photos."""
    return {
        f"{group.file}#{group.text}" if group.text else group.file: group.corners[0][1]
        for group in _groups(table)
    }


def _shape(columns: list[str], place: Place) -> tuple[str, ...]:
    """Return the box columns of the header; unknown columns are refused, they may be misspelt."""
    for shape in (CORNERS, CORNER_AND_SIZE):
        if {"file", *shape} <= set(columns):
            if unknown := set(columns) - {"file", *shape, *OPTIONAL}:
                raise place.error(f"unknown columns: {', '.join(sorted(unknown))}.")
            return shape
    raise place.error(
        f"the header has {', '.join(columns) or 'nothing'}.",
        hint="It needs file and x1,y1,x2,y2 or x,y,width,height.",
    )


def _number(row: Mapping[str, str], name: str, place: Place) -> float:
    try:
        value = float(row[name])
    except ValueError:
        value = math.nan
    if not abs(value) < MOST:
        raise place.error(f"'{name}' must be a number, not '{row[name]}'.")
    return value


def _record(
    base: Path, folders: Sequence[str], group: _Group, checks: Checks
) -> LabelledPhoto | None:
    path = photo_file(base, group.file, folders)
    size = image_size(path)
    if size is None:
        checks.note("photo missing", group.place, "dropped")
        return None
    crops = [
        ExpertCrop(box=box, score=score)
        for place, corners, score in group.corners
        if (box := checks.box(corners, size, place))
    ]
    crops.sort(key=lambda crop: -(crop.score or 0))
    return LabelledPhoto(
        name=f"{group.file}#{group.text}" if group.text else group.file,
        path=str(path),
        size=size,
        crops=tuple(crops),
        text=group.text,
        source="personal",
        split=group.split,
        licence=group.licence,
    )


FORMAT = Format(
    name="folder",
    title="your own photos",
    recognised=recognised,
    load=load,
    published={},
    labels="crops of a CSV, or none",
    obtain="a folder of photos with crops.csv: file,x1,y1,x2,y2[,score,text,split,licence]",
    licence="yours",
)
