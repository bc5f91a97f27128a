"""Data sets that do not lie in a folder: an importer writes one that does, once.

A study names one by an address, `hf://owner/name`, and says in `source` what stands where. Another
package, or a Python file of the study, brings an importer of its own under `cropsmith.importers`.
"""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cropsmith.errors import MissingExtra, UsageError
from cropsmith.plugins import Added, added
from cropsmith.settings import home
from cropsmith.tools.schema.values import Value


class Source(Value):
    """What stands where in a table of photos."""

    split: str = "test"
    config: str = ""
    """Of several tables of one address."""
    revision: str = ""
    """The commit or tag; empty takes what the address has now."""
    image: str = "image"
    """Column of the photo."""
    box: str = "box"
    """Column of one box, or of a list of boxes by several people."""
    order: Literal["xyxy", "xywh"] = "xyxy"
    unit: Literal["pixels", "share"] = "pixels"
    """Never guessed from the size of the numbers."""
    text: str = ""
    """Column of the wish or caption; empty for none."""


@dataclass(frozen=True)
class Shot:
    """One photo with its boxes."""

    name: str
    data: bytes
    """The photo's file as it is."""
    boxes: tuple[tuple[float, float, float, float], ...]
    """x1 y1 x2 y2 in pixels."""
    text: str = ""


@dataclass(frozen=True)
class Importer:
    """Reads photos from addresses of one scheme."""

    name: str
    """The scheme: "hf" for hf://..."""
    shots: Callable[[str, Source], Iterator[Shot]]
    """Yields the photos of an address, without its scheme."""


def plugged() -> Added[Importer]:
    """Return the importers of other packages."""
    return added("importers", Importer, "name", own=("hf",))


def scheme_of(path: str) -> str:
    """Return the scheme of an address, "" for a folder."""
    scheme, mark, _ = path.partition("://")
    return scheme if mark else ""


def fetched(path: str, source: Source) -> Path:
    """Return the folder that an address was written to, as photos and crops.csv; fetch it first.

    UsageError for a scheme that nobody reads. What is half-written is never taken for the whole.
    """
    scheme = scheme_of(path)
    importers: Mapping[str, Importer] = {"hf": HUGGING_FACE, **plugged().rows}
    if scheme not in importers:
        known = ", ".join(f"{name}://" for name in importers)
        raise UsageError(f"Nothing reads {scheme}:// addresses.", hint=f"There are {known}.")
    told = json.dumps([path, source.model_dump(mode="json")])
    folder = home() / "imports" / hashlib.sha256(told.encode()).hexdigest()[:20]
    if not folder.is_dir():
        half = folder.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        _write(importers[scheme].shots(path.partition("://")[2], source), half, path)
        half.rename(folder)
    return folder


def _write(shots: Iterator[Shot], folder: Path, address: str) -> None:
    (folder / "photos").mkdir(parents=True)
    count = 0
    with (folder / "crops.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "x1", "y1", "x2", "y2", "text"])
        for shot in shots:
            (folder / "photos" / shot.name).write_bytes(shot.data)
            rows.writerows([shot.name, *box, shot.text] for box in shot.boxes)
            count += bool(shot.boxes)
    if not count:
        raise UsageError(f"{address} has no photo with a box.")


def hugging_face(address: str, source: Source) -> Iterator[Shot]:
    """Yield the photos of a data set of HuggingFace's hub, or of a folder that `datasets` reads.

    MissingExtra without `datasets`, UsageError where it has no such table or column.
    """
    try:
        import datasets
    except ImportError as error:
        raise MissingExtra("Reading HuggingFace datasets", "datasets") from error
    try:
        table = datasets.load_dataset(
            address, source.config or None, split=source.split, revision=source.revision or None
        )
    except Exception as error:  # the loaders of `datasets` raise whatever they meet
        told = " ".join(str(error).split())[:300]
        raise UsageError(f"hf://{address} cannot be read: {told}") from error
    wanted = [source.image, source.box, *([source.text] if source.text else [])]
    if missing := [name for name in wanted if name not in table.column_names]:
        known = ", ".join(table.column_names)
        raise UsageError(f"hf://{address} has no column '{missing[0]}'.", hint=f"It has {known}.")
    # The files as they are: decoded and written anew they would be other photos.
    table = table.cast_column(source.image, datasets.Image(decode=False))
    for number, row in enumerate(table):
        yield _shot(number, row, source)


def _shot(number: int, row: Mapping[str, Any], source: Source) -> Shot:
    from cropsmith.tools.images.look import file_size

    held = row[source.image]
    data = held["bytes"] or Path(held["path"]).read_bytes()
    suffix = Path(held["path"] or "").suffix or ".jpg"
    name = f"{number:06}{suffix}"
    told = row[source.box]
    boxes = told if told and isinstance(told[0], (list, tuple)) else [told] if told else []
    size = file_size(name, data)
    found = []
    for box in boxes:
        a, b, c, d = (float(value) for value in box)
        x1, y1, x2, y2 = (a, b, a + c, b + d) if source.order == "xywh" else (a, b, c, d)
        across, down = (size.width, size.height) if source.unit == "share" else (1, 1)
        found.append((x1 * across, y1 * down, x2 * across, y2 * down))
    return Shot(name, data, tuple(found), str(row[source.text] or "") if source.text else "")


HUGGING_FACE = Importer("hf", hugging_face)
