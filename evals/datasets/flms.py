"""FLMS: 500 test photos with ten boxes each, twelve photos with nine (Fang et al., 2014).

As published, `500_image_dataset.mat` holds `img_gt`, a 500 x 1 struct of a file name and an N x 4
array in the order y1, x1, y2, x2. The JSON form is {name: [[x1, y1, x2, y2], ...]}, x first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.errors import MissingExtra
from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Place, image_size, numbers, read_entries, record
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

MAT = "500_image_dataset.mat"
JSON = ("flms.json", "FLMS.json", "image_crop.json")
LICENCE = "photos without a recorded licence: for measurement only"
FOLDERS = ("image", "images", "photos", "")


@dataclass(frozen=True)
class _Boxes:
    name: str
    corners: Sequence[Sequence[float]]
    place: Place


def recognised(root: Path) -> bool:
    """Tell whether the .mat file or the JSON form is there."""
    return (root / MAT).is_file() or any((root / name).is_file() for name in JSON[:2])


def load(root: Path) -> Dataset:
    """Read either form; rows with a negative, or outside the photo, are dropped."""
    checks = Checks()
    file = root / MAT
    if file.is_file():
        found = list(_mat(file))
    else:
        file = next(root / name for name in JSON if (root / name).is_file())
        found = list(_json(file))
    photos = unique((p for b in found if (p := _record(root, b, checks))), root, checks)
    return Dataset("flms", root, photos, checks.problems, (file,))


def _mat(file: Path) -> Iterator[_Boxes]:
    try:
        from scipy.io import loadmat
        from scipy.io.matlab import MatReadError
    except ImportError as error:
        raise MissingExtra("Reading FLMS's .mat file", "eval") from error
    place = Place(file)
    try:
        content = loadmat(file)
    except (OSError, ValueError, TypeError, MatReadError, NotImplementedError) as error:
        raise place.error("is not a MATLAB file that can be read.") from error
    if "img_gt" not in content:
        raise place.error("has no variable img_gt.")
    rows = content["img_gt"]
    if rows.dtype.names is None:
        raise place.error("img_gt must be a struct of file name and boxes.")
    for number, row in enumerate(rows.reshape(-1), start=1):
        with record():
            name, boxes = _fields(row, place, number)
            yield _Boxes(name, [(x1, y1, x2, y2) for y1, x1, y2, x2 in boxes], place)


def _fields(row: Any, place: Place, number: int) -> tuple[str, Any]:
    """Return name and boxes of one struct; the field names differ between copies of the file."""
    name, boxes = "", None
    for field in row:
        if field.dtype.kind == "U" and field.size == 1:
            name = str(field.reshape(-1)[0])
        elif field.dtype.kind in "iuf" and field.ndim == 2 and field.shape[1] == 4:
            boxes = field.astype(float)
    if not name or boxes is None:
        raise place.error(f"entry {number} of img_gt has no file name or no N x 4 boxes.")
    return name, boxes


def _json(file: Path) -> Iterator[_Boxes]:
    for entry in read_entries(file, dict):
        with record():
            if not isinstance(entry.value, list):
                raise entry.place.error(f"the boxes of {entry.key} must be a list.")
            corners = [numbers(b, 4, entry.place, f"a box of {entry.key}") for b in entry.value]
            yield _Boxes(entry.key, corners, entry.place)


def _record(root: Path, boxes: _Boxes, checks: Checks) -> LabelledPhoto | None:
    path = photo_file(root, boxes.name, FOLDERS)
    size = image_size(path)
    usable = [c for c in boxes.corners if min(c) >= 0]
    if dropped := len(boxes.corners) - len(usable):
        checks.note("row with a negative number", boxes.place, "dropped", dropped)
    if not usable:
        return None
    if size is None:
        # Measured on the whole set: figures move by about .01 against true sizes.
        checks.note("photo missing", boxes.place, "size taken from the outermost corners")
        width, height = max(c[2] for c in usable), max(c[3] for c in usable)
        size = Size(width=max(1, round(width)), height=max(1, round(height)))
    found = [checks.box(corners, size, boxes.place) for corners in usable]
    return LabelledPhoto(
        name=boxes.name,
        path=str(path),
        size=size,
        crops=tuple(ExpertCrop(box=box) for box in found if box),
        source="flms",
        split="test",
        licence=LICENCE,
    )


FORMAT = Format(
    name="flms",
    title="FLMS",
    recognised=recognised,
    load=load,
    published={"test": 500},
    labels="10 crops a photo by different people (12 photos: 9)",
    obtain="the authors' page (Fang et al., Automatic Image Cropping using Visual Composition)",
    licence=LICENCE,
)
