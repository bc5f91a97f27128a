"""What an index keeps of a labelled photo, and how photos become entries of an index."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from cropsmith.errors import UnreadableImage, UsageError, why
from cropsmith.tools.examples.near_duplicate import dhash
from cropsmith.tools.images.look import look_at
from cropsmith.tools.images.subject_mask import subject_from_mask
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Point, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.values import Value
from cropsmith.vectorstore.build import Entry, Opened

PERSONAL = "personal"
"""Source of the crops that a person accepted or edited."""


class ExampleRow(Value):
    """The payload of a row: a photo with its expert crops."""

    source: str
    """Dataset."""
    name: str
    path: str
    """The image file as it was when indexed."""
    sha256: str
    """Of the file's bytes."""
    size: Size
    """Upright, in pixels."""
    dhash: int
    crops: tuple[ExpertCrop, ...]
    subject: Point | None = None
    """Centroid of the subject's mask, else the middle of its box."""
    text: str = ""
    split: str = ""

    @classmethod
    def read(cls, payload: str) -> "ExampleRow":
        """Return the row of a payload; UsageError when an index holds something else."""
        try:
            return cls.model_validate_json(payload)
        except ValidationError as error:
            raise UsageError(
                "The index holds rows of another version.", hint="Build it again."
            ) from error


def entries_of(photos: Iterable[LabelledPhoto]) -> Iterator[Entry]:
    """Yield an index entry for every photo that has crops."""
    for photo in photos:
        if photo.crops:
            yield entry_of(photo)


def entry_of(photo: LabelledPhoto) -> Entry:
    """Return a photo as an entry; its file is read when the index is built."""
    kept = photo.model_dump_json(include={"path", "crops", "subject", "text", "split"})
    changed = _changed(photo.path)
    # A row from before masks were read holds the middle of the box: it is written anew.
    masked = f" mask {_changed(photo.subject_mask)}" if photo.subject_mask else ""
    return Entry(
        id=f"{photo.source}/{photo.name}",
        fingerprint=hashlib.sha256(f"{kept} {changed}{masked}".encode()).hexdigest()[:16],
        open=lambda side: _opened(photo, side),
    )


def _changed(path: str) -> str:
    try:
        state = Path(path).stat()
    except OSError:  # said when it is opened
        return ""
    return f"{state.st_size} {state.st_mtime_ns}"


def _subject(photo: LabelledPhoto, size: Size) -> Point | None:
    """Return the centre of the subject; UsageError when its mask cannot be used."""
    if photo.subject_mask:
        return subject_from_mask(photo.subject_mask, size).centre
    return photo.subject.centre if photo.subject else None


def _differs(said: Size, found: Size) -> bool:
    # GAICD's JSON form has no sizes: the loader recovers them from the boxes, to a pixel or two.
    return max(abs(said.width - found.width), abs(said.height - found.height)) > 2


def _opened(photo: LabelledPhoto, side: int) -> Opened:
    path = Path(photo.path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"{path} cannot be read: {why(error)}.") from error
    look = look_at(path.name, data, side)
    size, pixels = look.size, look.pixels
    if photo.size is not None and _differs(photo.size, size):
        raise UnreadableImage(
            f"{path.name} is {size.width}x{size.height}, but its labels are of a photo of "
            f"{photo.size.width}x{photo.size.height}."
        )
    sha256 = hashlib.sha256(data).hexdigest()
    row = ExampleRow(
        source=photo.source,
        name=photo.name,
        path=str(path.resolve()),
        sha256=sha256,
        size=size,
        dhash=dhash(pixels),
        crops=photo.crops,
        subject=_subject(photo, size),
        text=photo.text,
        split=photo.split,
    )
    return Opened(sha256, pixels, row.model_dump_json())
