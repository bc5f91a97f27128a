"""Text-conditioned crops: Horanyi-PR and TextCrop, whose own file formats are not public.

Both are read from a neutral JSON file, an array of
{"image": name, "text": "...", "boxes": [[x1, y1, x2, y2], ...]} in pixels of the upright photo, and
optionally "width", "height" and "split". A photo may occur with several texts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cropsmith.evals.datasets.checks import Checks
from cropsmith.evals.datasets.dataset import Dataset, Format, photo_file, unique
from cropsmith.evals.datasets.reading import Entry, image_size, numbers, read_entries
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

HORANYI, TEXTCROP = "horanyi-pr", "textcrop"
LICENCE = "ask the authors: for measurement only"


def load_horanyi(root: Path) -> Dataset:
    """Read horanyi-pr.json."""
    return load(root, HORANYI)


def load_textcrop(root: Path) -> Dataset:
    """Read textcrop.json."""
    return load(root, TEXTCROP)


def load(root: Path, name: str) -> Dataset:
    """Read NAME.json in a folder; photos lie beside it or in photos/ or images/."""
    checks = Checks()
    file = root / f"{name}.json"
    times: dict[str, int] = {}
    photos = []
    for entry in read_entries(file, list):
        image = entry.text("image")
        times[image] = times.get(image, 0) + 1
        if record := _record(root, name, entry, times[image], checks):
            photos.append(record)
    return Dataset(name, root, unique(photos, root, checks), checks.problems, (file,))


def _record(
    root: Path, source: str, entry: Entry, number: int, checks: Checks
) -> LabelledPhoto | None:
    path = photo_file(root, image := entry.text("image"))
    text, boxes = entry.text("text"), entry.get("boxes")
    if not isinstance(boxes, list) or not boxes:
        raise entry.place.error("'boxes' must be a list of [x1, y1, x2, y2].")
    if (drawn := boxes_on(path, boxes, entry, checks)) is None:
        return None
    size, crops = drawn
    return LabelledPhoto(
        name=image if number == 1 else f"{image}#{number}",
        path=str(path),
        size=size,
        crops=crops,
        text=text,
        described=source == HORANYI,
        source=source,
        split=str(entry.value.get("split", "test")),
        licence=LICENCE,
    )


def boxes_on(
    path: Path, boxes: Sequence[Any], entry: Entry, checks: Checks
) -> tuple[Size, tuple[ExpertCrop, ...]] | None:
    """Return a photo's size and the boxes drawn on it, pixels in the file; None without a size."""
    corners = [numbers(box, 4, entry.place, "a box of 'boxes'") for box in boxes]
    size = size_told(entry) or image_size(path)
    if size is None:
        checks.note("photo missing and no width and height", entry.place, "dropped")
        return None
    found = [checks.box(corner, size, entry.place) for corner in corners]
    return size, tuple(ExpertCrop(box=box) for box in found if box)


def size_told(entry: Entry) -> Size | None:
    """Return the size that an entry tells, None if it does not."""
    if "width" not in entry.value:
        return None
    width, height = numbers(
        [entry.get("width"), entry.get("height")], 2, entry.place, "width and height"
    )
    if width < 1 or height < 1:
        raise entry.place.error(f"a photo cannot be {width:g} x {height:g} pixels.")
    return Size(width=int(width), height=int(height))


def _is(name: str) -> "Format":
    title, count, labels = {
        HORANYI: ("Horanyi-PR", 100, "1 caption and 8 boxes a photo"),
        TEXTCROP: ("TextCrop", 416, "2 texts a photo, 4 boxes each (208 photos)"),
    }[name]
    return Format(
        name=name,
        title=title,
        recognised=lambda root: (root / f"{name}.json").is_file(),
        load=load_horanyi if name == HORANYI else load_textcrop,
        published={"test": count},
        labels=labels,
        obtain=f"from its authors; write {name}.json as docs/evaluation.md says",
        licence=LICENCE,
    )


FORMATS = (_is(HORANYI), _is(TEXTCROP))
