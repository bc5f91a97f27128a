"""EXIF blocks edited in place: what a crop changes is changed, every other byte stays.

Writing the block anew would move the MakerNote, whose offsets are absolute in many cameras, and
lose tags of types that the writer does not know (Exif 2.32, section 4.6; TIFF 6.0, section 2).
"""

from collections.abc import Iterator

from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.jpeg_file import jpegs_within
from cropsmith.tools.metadata.tiff_block import (
    MOST_DIRECTORIES,
    BrokenExif,
    TiffBlock,
)

PREFIX = b"Exif\0\0"

ORIENTATION = 0x0112
WIDTHS = frozenset({0x0100, 0xA002})
HEIGHTS = frozenset({0x0101, 0xA003})
EXIF_IFD = 0x8769
GPS_IFD = 0x8825
SUB_IFDS = 0x014A
MAKER_NOTE = 0x927C
FOCUS = frozenset({0x9214, 0xA214})
"""SubjectArea (a point, a circle or a rectangle by its centre) and SubjectLocation (a point)."""

PICTURES = ((0x0201, 0x0202), (0x0111, 0x0117), (0x0144, 0x0145))
"""Where pictures start and how long they are: JPEG, strips of any compression, tiles."""

__all__ = ["PREFIX", "BrokenExif", "cropped_exif", "directories", "pictures"]


def cropped_exif(block: bytes, cut: Cut) -> bytes:
    """Return an EXIF block for a crop, without the prefix "Exif".

    Orientation, pixel dimensions and the focus area become those of the crop. Every preview goes,
    because it shows what was cropped away: the second directory, pictures of sub-directories, and
    JPEGs wherever they lie, as in maker notes. BrokenExif when the block cannot be read.
    """
    tiff = TiffBlock(block.removeprefix(PREFIX))
    for directory in (tiff.first, _inner(tiff)):
        if directory is not None:
            _fit(tiff, directory, cut)
    _without_previews(tiff)
    return bytes(tiff.data)


def _inner(tiff: TiffBlock) -> int | None:
    found = tiff.find(tiff.first, EXIF_IFD)
    return None if found is None else tiff.offset(found.place)


def _fit(tiff: TiffBlock, directory: int, cut: Cut) -> None:
    gone = set()
    for entry in list(tiff.entries(directory)):
        if entry.tag == ORIENTATION:
            if not tiff.numbers(entry) or entry.count != 1:
                raise BrokenExif("the orientation is not a number")
            tiff.write(entry, cut.tag)
        elif entry.tag in WIDTHS:
            tiff.write(entry, cut.size.width)
        elif entry.tag in HEIGHTS:
            tiff.write(entry, cut.size.height)
        elif entry.tag in FOCUS:
            focus = cropped_focus(tiff.numbers(entry), cut)
            if not focus or not tiff.write(entry, *focus):
                gone.add(entry.tag)
    if gone:
        tiff.remove(directory, gone)


def cropped_focus(focus: tuple[int, ...], cut: Cut) -> tuple[int, ...]:
    """Return a point, circle (x, y, diameter) or rectangle (x, y, width, height) on the crop.

    Nothing where its centre is cropped away, or where it is none of these.
    """
    if len(focus) not in (2, 3, 4):
        return ()
    x, y = focus[:2]
    wide, high = {2: (0, 0), 3: (focus[-1], focus[-1])}.get(len(focus), focus[-2:])
    found = cut.clipped(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    if found is None:
        return ()
    left, top, right, bottom = found
    sizes = {2: (), 3: (min(right - left, bottom - top),)}.get(
        len(focus), (right - left, bottom - top)
    )
    return tuple(round(number) for number in ((left + right) / 2, (top + bottom) / 2, *sizes))


def directories(tiff: TiffBlock) -> Iterator[tuple[int, int]]:
    """Yield the number in the chain and the offset of the directories after the first.

    Those of sub-directories of the first have the number 0. Each comes once; broken ones end it.
    """
    met = {tiff.first}
    subs = tiff.find(tiff.first, SUB_IFDS)
    for offset in () if subs is None else tiff.numbers(subs)[:MOST_DIRECTORIES]:
        if offset not in met and 8 <= offset <= len(tiff.data) - 2:
            met.add(offset)
            yield 0, offset
    directory = tiff.first
    for number in range(1, MOST_DIRECTORIES):
        link = tiff.link(directory)
        directory = 0 if link is None else tiff.offset(link)
        if directory in met or not 8 <= directory <= len(tiff.data) - 2:
            return
        met.add(directory)
        yield number, directory


def pictures(tiff: TiffBlock, directory: int) -> list[slice]:
    """Return where the pictures of a directory lie; none where the directory is broken."""
    try:
        found = {entry.tag: entry for entry in tiff.entries(directory)}
    except BrokenExif:
        return []
    return [
        slice(start, min(len(tiff.data), start + length))
        for where, sizes in PICTURES
        if where in found and sizes in found
        for start, length in zip(
            tiff.numbers(found[where]), tiff.numbers(found[sizes]), strict=False
        )
        if 8 <= start < len(tiff.data) and length
    ]


def _without_previews(tiff: TiffBlock) -> None:
    found = pictures(tiff, tiff.first)
    for _, directory in directories(tiff):
        found += pictures(tiff, directory)
    if (link := tiff.link(tiff.first)) is not None:
        tiff.data[link : link + 4] = bytes(4)
    found += [slice(start, end) for start, end in jpegs_within(tiff.data)]
    # From the end, since what is blanked there is cut off.
    for where in sorted(found, key=lambda each: each.start, reverse=True):
        tiff.blank(where.start, where.stop)
