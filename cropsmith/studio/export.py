"""Takes crops away: one file, all accepted ones as a zip or into a folder, and their sidecars."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from cropsmith.batch.writing import labels_of
from cropsmith.errors import CropsmithError, OutputError, UsageError
from cropsmith.studio.crops import Crops, Piece
from cropsmith.studio.orders import Export
from cropsmith.studio.sittings.values import Entry, Sheet, Sitting, Take
from cropsmith.tools.images.output import write_whole
from cropsmith.tools.sidecars.sidecar import SIDECARS, lost, sidecar_name, sidecar_text

CROPS = "crops"
"""In the folder that a sitting was opened with: where its crops are written to."""
NOTES = "notes.txt"


@dataclass(frozen=True)
class File:
    """One file to take away."""

    name: str
    data: bytes
    beside: str = ""
    """Path beside the photo where its program looks for it; empty for what may lie anywhere."""


@dataclass(frozen=True)
class Exported:
    """What was taken away."""

    files: int
    notes: Sequence[str]
    """What could not be kept, or not be written, each with the photo it is about."""


def file_of(piece: Piece, stem: str = "", mark: str = "") -> tuple[File, Sequence[str]]:
    """Render a crop at full resolution; return the file and what it could not keep.

    `stem` stands for the photo's own, `mark` tells several crops of it apart.
    """
    rendered = piece.result.render(piece.index)
    stem = stem or Path(piece.result.photo.name).stem
    name = f"{stem}-crop{f'-{mark}' if mark else ''}{rendered.suffix}"
    return File(name, rendered.data), rendered.notes


def to_zip(out: IO[bytes], sheets: Sequence[Sheet], crops: Crops, wanted: Export) -> Exported:
    """Write the accepted crops of a sitting into a zip. UsageError where there are none."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # pictures are packed already

        def keep(file: File) -> None:
            archive.writestr(file.name, file.data)

        done = _all(sheets, crops, wanted, keep)
        if done.notes:
            archive.writestr(NOTES, "\n".join(done.notes) + "\n")
    return done


def to_folder(sitting: Sitting, sheets: Sequence[Sheet], crops: Crops, wanted: Export) -> Exported:
    """Write the accepted crops into the folder of a sitting; nothing is overwritten.

    A file that is there with the same bytes is left as it is. UsageError where the sitting has no
    folder.
    """
    if not sitting.folder:
        raise UsageError("Photos that were dropped in have no folder.", hint="Take the zip.")
    folder = Path(sitting.folder) / CROPS

    def keep(file: File) -> None:
        if file.beside:
            path = Path(file.beside)
            if not path.exists() or path.read_bytes() != file.data:
                write_whole(path, file.data, force=False)
            return
        for name in _numbered(file.name):
            path = folder / name
            if not path.exists():
                write_whole(path, file.data, force=False)
            elif path.read_bytes() != file.data:
                continue
            return

    return _all(sheets, crops, wanted, keep)


def accepted(sheet: Sheet) -> Iterator[tuple[Take, int]]:
    """Yield the answers of a photo that a person accepted, as they stand."""
    for take in sheet.takes:
        for index in range(len(take.report.crops) if take.report else 0):
            if sheet.history.standing(take, index).word == "accepted":
                yield take, index


def _all(
    sheets: Sequence[Sheet], crops: Crops, wanted: Export, keep: Callable[[File], None]
) -> Exported:
    files, notes, taken = 0, list[str](), set[str]()
    for sheet in sheets:
        chosen = list(accepted(sheet))
        if not chosen:
            continue
        # Photos of several folders may be called the same.
        photo = next(one for one in _numbered(sheet.entry.name) if _stem(one) not in taken)
        taken.add(_stem(photo))
        for take, index in chosen:
            name = sheet.entry.name
            try:
                piece = crops.piece(sheet, take, index)
                made, said = _files(piece, sheet.entry, photo, wanted, alone=len(chosen) == 1)
            except CropsmithError as error:
                notes.append(f"{name}: {error.message}")
                continue
            notes += [f"{name}: {note}" for note in said]
            for file in made:
                try:
                    keep(file)
                    files += 1
                except OutputError as error:
                    notes.append(f"{name}: {error.message}")
    if not files and not notes:
        raise UsageError("Nothing is accepted yet.", hint="Accept crops first, or the rest.")
    return Exported(files, notes)


def _files(
    piece: Piece, entry: Entry, photo: str, wanted: Export, *, alone: bool
) -> tuple[list[File], list[str]]:
    mark = labels_of([crop.target for crop in piece.result.crops])[piece.index]
    made, notes = list[File](), list[str]()
    if wanted.pixels:
        file, said = file_of(piece, Path(photo).stem, mark)
        made.append(file)
        notes += said
    for kind in dict.fromkeys(wanted.sidecars):
        single = SIDECARS[kind].single
        if single and not alone:
            notes.append(f"A sidecar of the kind {kind} holds one crop of a photo: left out.")
            continue
        framing = piece.result.framing(piece.index)
        text = sidecar_text(kind, framing)
        notes += lost(kind, framing)
        own = Path(entry.path)
        beside = (
            str(own.with_name(sidecar_name(kind, own.name, mark))) if single and own.name else ""
        )
        made.append(File(sidecar_name(kind, photo, mark), text.encode(), beside))
    return made, notes


def _stem(name: str) -> str:
    return Path(name).stem.lower()


def _numbered(name: str) -> Iterator[str]:
    """Yield the name, then others that tell it apart."""
    yield name
    path = Path(name)
    for number in count(2):
        yield f"{path.stem}-{number}{path.suffix}"
