"""Where the crops of a batch go, so that no two photos share a name: laid out in its manifest."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from cropsmith.batch.inputs import Found
from cropsmith.tools.images.remote import address_of, is_remote

SAME = """
    SELECT number, photo, stem, source FROM photos
    WHERE state = 'waiting' AND (coalesce(folder, source), stem) IN (
        SELECT coalesce(folder, source), stem FROM photos
        WHERE stem != x'' GROUP BY 1, 2 HAVING count(*) > 1
    )
"""


Row = tuple[int, bytes, bytes, bytes, bytes, bytes | None, bytes]


def row_of(found: Found) -> Row:
    """Return a photo as the manifest notes it, in the order of its table."""
    photo = os.fsencode(found.photo)
    if is_remote(found.photo):
        stem = os.path.splitext(os.path.basename(photo))[0]
        # As if it were a folder of this machine, so that crops are laid out as those of one.
        source = b"/" + os.path.dirname(photo)
        below = None if found.below is None else os.fsencode(found.below)
        return found.argument, photo, photo, photo, source, below, stem
    if "://" in found.photo:
        return found.argument, photo, photo, photo, b"", None, b""
    place = os.path.abspath(photo)
    source, name = os.path.split(place)
    below = None if found.below is None else os.fsencode(found.below)
    stem = os.path.splitext(name)[0]
    return found.argument, photo, place, os.path.realpath(place), source, below, stem


def real_of(path: Path) -> str:
    """Return a file's path without links, or its address."""
    return address_of(path) if is_remote(path) else os.path.realpath(path)


def lay_out(db: sqlite3.Connection, out: Path | None) -> None:
    """Say for every waiting photo in which folder its crops go and what they are called after.

    Photos of a named folder keep their places below it, photos that were named by themselves lie
    side by side. Where two from different folders would have one name, all lie as they do below
    the folder that holds them all. Two that then differ in their suffix alone have it in their
    names: "a-jpg-crop.jpg", "a-png-crop.png".
    """
    if out is not None:
        _place(db, ((below or b"", source, below) for source, below in _folders(db)), out)
        apart = f"SELECT 1 FROM ({SAME}) GROUP BY stem HAVING count(DISTINCT source) > 1"
        if db.execute(apart).fetchone():
            sources = [source for source, _ in _folders(db) if source]
            top = os.path.commonpath(sources)
            mirrored = ((os.path.relpath(s or top, top), s, below) for s, below in _folders(db))
            _place(db, mirrored, out)
    told_apart = (
        (b"-".join(filter(None, (stem, os.path.splitext(photo)[1].lstrip(b".").lower()))), number)
        for number, photo, stem, _ in db.execute(SAME).fetchall()
    )
    db.executemany("UPDATE photos SET stem = ? WHERE number = ?", told_apart)


def _folders(db: sqlite3.Connection) -> Iterator[tuple[bytes, bytes | None]]:
    """Yield each folder of waiting photos, and what it is below the one that was named."""
    rows = db.execute("SELECT DISTINCT source, below FROM photos WHERE state = 'waiting'")
    yield from rows.fetchall()


def _place(
    db: sqlite3.Connection, folders: Iterable[tuple[bytes, bytes, bytes | None]], out: Path
) -> None:
    """Set where crops go: below the output, for photos of a source and what that is below."""
    top = os.fsencode(out)
    db.executemany(
        "UPDATE photos SET folder = ? WHERE source = ? AND below IS ? AND state = 'waiting'",
        ((os.path.normpath(os.path.join(top, at)), source, below) for at, source, below in folders),
    )
