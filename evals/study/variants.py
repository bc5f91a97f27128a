"""The same photo in another guise: does the crop stay where it was?

Mirrored, as a JPEG of quality 30, at half its size, or under another name. Nothing in the picture
tells for another crop, so what moves is the system's own unrest.
"""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from PIL import Image

from cropsmith.evals.measure import Measure
from cropsmith.evals.trial import Protocol, Trial
from cropsmith.tools.images.output import write_whole
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

Guise = Literal["mirrored", "jpeg30", "half", "renamed"]
LONGEST = 16_384
"""Pixels of a side that is opened: the whole photo, whatever its size."""
_SIDED = re.compile(r"\b(left|right|left-?most|right-?most)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Variant:
    """One guise."""

    title: str
    suffix: str
    """Of the file; "" keeps the photo's own."""
    made: Callable[[Image.Image], Image.Image] | None = None
    """None for the very bytes."""
    quality: int = 0


VARIANTS: dict[Guise, Variant] = {
    "mirrored": Variant(
        "mirrored", ".png", lambda photo: photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    ),
    "jpeg30": Variant("JPEG 30", ".jpg", lambda photo: photo, quality=30),
    "half": Variant(
        "half size",
        ".png",
        lambda photo: photo.resize(
            (max(1, photo.width // 2), max(1, photo.height // 2)), Image.Resampling.LANCZOS
        ),
    ),
    "renamed": Variant("renamed", ""),
}


def movement(guise: Guise) -> Measure:
    """Return the column that tells how far crops move."""
    return Measure(
        f"moved_{guise}", f"moves, {VARIANTS[guise].title}", False,
        convention="1 − IoU of the crops of the photo and of the same photo so; no crop counts 1",
    )  # fmt: skip


def applies(guise: Guise, photo: LabelledPhoto, protocol: Protocol) -> bool:
    """Tell whether a photo may be shown so: what is said of sides is false of a mirrored one."""
    if guise != "mirrored":
        return True
    sided = bool(photo.asked and photo.asked.side) or bool(_SIDED.search(photo.text))
    masked = protocol is Protocol.SUBJECT and bool(photo.subject_mask)
    return not sided and not masked


def disguised(trial: Trial, guise: Guise, folder: Path) -> Trial:
    """Return the trial of the photo in its guise; `folder` is where its file is or will be."""
    path = variant_path(trial.path, guise, folder)
    size = trial.size
    if guise == "half" and size:
        size = Size(width=max(1, size.width // 2), height=max(1, size.height // 2))
    name = path.name if guise == "renamed" else trial.name
    subject = back(trial.subject, guise) if trial.subject else None
    return replace(trial, name=name, path=str(path), size=size, subject=subject)


def variant_path(path: str, guise: Guise, folder: Path) -> Path:
    """Return the file of a photo's guise; its name tells nothing of the photo's."""
    name = hashlib.sha256(f"{guise}\0{path}".encode()).hexdigest()[:20]
    return folder / f"{name}{VARIANTS[guise].suffix or Path(path).suffix}"


def write_variant(path: str, guise: Guise, target: Path) -> None:
    """Write a photo's guise, whole or not at all; samples of many systems may do so at once.

    UnreadableImage for what does not open, OutputError for what cannot be written.
    """
    row = VARIANTS[guise]
    if row.made is None:
        data = Path(path).read_bytes()
    else:
        out = io.BytesIO()
        picture = row.made(Image.fromarray(open_photo(path).pixels(LONGEST)))
        more = {"quality": row.quality} if row.quality else {}
        picture.save(out, "JPEG" if row.suffix == ".jpg" else "PNG", **more)
        data = out.getvalue()
    write_whole(target, data, force=True)


def back(box: Box, guise: Guise) -> Box:
    """Return a box of the guise where it lies on the photo, and the other way round."""
    if guise != "mirrored":
        return box
    return Box(x1=1 - box.x2, y1=box.y1, x2=1 - box.x1, y2=box.y2)


def moved(original: Box, box: Box | None, guise: Guise) -> float:
    """Return how far a crop moved: 1 - IoU, 1 where there is none any more."""
    return 1.0 if box is None else 1.0 - original.iou(back(box, guise))
