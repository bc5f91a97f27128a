"""A person's own crops, from a JSONL or CSV file; bad lines are listed, not fatal.

JSONL, one object a line: `{"image": "a.jpg", "boxes": [[x1, y1, x2, y2], ...]}`, optionally with
`scores` (one a box), `text`, `subject` (a box) and `split`. CSV with a header: `file` and
`x1,y1,x2,y2` or `x,y,width,height`, optionally `score,text,split`; several lines may name one file.
Boxes are pixels of the upright photo. Paths are relative to the file.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropsmith.errors import UnreadableImage, UsageError, why
from cropsmith.tools.examples.row import PERSONAL
from cropsmith.tools.images.look import file_size
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.vectorstore.build import Bad

OVERRUN = 2.0
"""Pixels by which a box may leave the photo and is clamped."""


@dataclass(frozen=True)
class OwnCrops:
    """What a file holds."""

    photos: Sequence[LabelledPhoto]
    bad: Sequence[Bad]


@dataclass(frozen=True)
class _Line:
    """One line: a photo and some crops, in pixels."""

    image: str
    boxes: Sequence[tuple[Sequence[float], float | None]]
    text: str = ""
    split: str = ""
    subject: Sequence[float] | None = None


def read_own_crops(file: Path) -> OwnCrops:
    """Read a .jsonl or .csv file. UsageError when it cannot be read at all."""
    lines = {".jsonl": _jsonl, ".ndjson": _jsonl, ".csv": _csv}.get(file.suffix.lower())
    if lines is None:
        raise UsageError(f"{file.name} is neither .jsonl nor .csv.")
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {why(error)}.") from error
    photos: dict[str, LabelledPhoto] = {}
    bad: list[Bad] = []
    for number, line in lines(text):
        place = f"{file.name}:{number}"
        try:
            if isinstance(line, ValueError):
                raise line
            photo = _photo(line, file.parent)
        except (ValueError, UnreadableImage) as error:
            bad.append(Bad(place, str(error)))
            continue
        if there := photos.get(photo.name):
            crops = sorted((*there.crops, *photo.crops), key=lambda crop: -(crop.score or 0.0))
            photo = there.model_copy(update={"crops": tuple(crops)})
        photos[photo.name] = photo
    return OwnCrops(tuple(photos.values()), tuple(bad))


def _jsonl(text: str) -> Iterator[tuple[int, _Line | ValueError]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, _from_object(json.loads(line))
            except ValueError as error:  # JSONDecodeError is one
                yield number, error


def _from_object(found: Any) -> _Line:
    if not isinstance(found, dict):
        raise ValueError("an object was expected")
    image = found.get("image", found.get("file"))
    boxes = found.get("boxes", [found["box"]] if "box" in found else None)
    if not isinstance(image, str) or not isinstance(boxes, list) or not boxes:
        raise ValueError("'image' and 'boxes' are needed")
    scores = found.get("scores", [None] * len(boxes))
    if not isinstance(scores, list) or len(scores) != len(boxes):
        raise ValueError("there must be as many scores as boxes")
    rows = [(_four(box), _score(score)) for box, score in zip(boxes, scores, strict=True)]
    subject = found.get("subject")
    return _Line(
        image,
        rows,
        str(found.get("text", "")),
        str(found.get("split", "")),
        None if subject is None else _four(subject),
    )


def _csv(text: str) -> Iterator[tuple[int, _Line | ValueError]]:
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    if not {"file", "image"} & set(reader.fieldnames):
        raise UsageError(
            "The CSV has no column 'file'.",
            hint="Its header must be file,x1,y1,x2,y2 or file,x,y,width,height.",
        )
    for row in reader:
        try:
            yield reader.line_num, _from_row(row)
        except ValueError as error:
            yield reader.line_num, error


def _from_row(row: Mapping[str, str]) -> _Line:
    image = row.get("file") or row.get("image")
    if not image:
        raise ValueError("the file is empty")
    if "x1" in row:
        corners = _four([row.get(name) for name in ("x1", "y1", "x2", "y2")])
    else:
        x, y, width, height = _four([row.get(name) for name in ("x", "y", "width", "height")])
        corners = (x, y, x + width, y + height)
    score = _score(row.get("score") or None)
    return _Line(image, [(corners, score)], row.get("text") or "", row.get("split") or "")


def _four(values: Any) -> tuple[float, float, float, float]:
    try:
        x1, y1, x2, y2 = (float(value) for value in values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"four numbers were expected, not {values!r}"[:120]) from error
    return x1, y1, x2, y2


def _score(value: Any) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"a score must be a number, not {value!r}"[:120]) from error


def _photo(line: _Line, folder: Path) -> LabelledPhoto:
    path = folder / Path(line.image).expanduser()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"{path} cannot be read: {why(error)}.") from error
    size = file_size(path.name, data)
    return LabelledPhoto(
        name=f"{line.image}#{line.text}" if line.text else line.image,
        path=str(path),
        size=size,
        crops=tuple(ExpertCrop(box=_box(box, size), score=score) for box, score in line.boxes),
        text=line.text,
        subject=_box(line.subject, size) if line.subject else None,
        source=PERSONAL,
        split=line.split,
    )


def _box(corners: Sequence[float], size: Size) -> Box:
    x1, y1, x2, y2 = corners
    out = max(-x1, -y1, x2 - size.width, y2 - size.height)
    if not out <= OVERRUN or x1 >= x2 or y1 >= y2:  # "not <=" also refuses NaN
        raise ValueError(f"not a box on a photo of {size.width}x{size.height}: {list(corners)}")
    return Box.of((x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height))
