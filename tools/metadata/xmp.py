"""XMP of a crop: places become those of the crop, previews go, everything else stays as it was."""

import re
from dataclasses import dataclass

from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.exif import cropped_focus
from cropsmith.tools.metadata.inventory import Entry, Kind
from cropsmith.tools.metadata.namespaces import (
    DC,
    DIGIKAM,
    EXIF,
    EXT,
    LR,
    MICROSOFT,
    PHOTOSHOP,
    TIFF,
    kind_of,
)
from cropsmith.tools.metadata.panorama import crop_panorama
from cropsmith.tools.metadata.raw_crop import crop_raw_settings
from cropsmith.tools.metadata.regions import crop_regions
from cropsmith.tools.metadata.rules import RULES, Rule
from cropsmith.tools.metadata.xmp_packet import (
    Attribute,
    BrokenXmp,
    Field,
    Node,
    Packet,
    items_of,
    number_of,
    value_of,
)
from cropsmith.tools.schema.plain_text import one_line

KEYWORDS = frozenset({
    (DC, "subject"), (LR, "hierarchicalSubject"), (LR, "weightedFlatSubject"),
    (DIGIKAM, "TagsList"), (MICROSOFT, "LastKeywordXMP"), (PHOTOSHOP, "SupplementalCategories"),
})  # fmt: skip
"""Lists of words for what is in the photo."""
PEOPLE = KEYWORDS | {(EXT, "PersonInImage"), (EXT, "PersonInImageWDetails")}
"""Lists in which the names of people stand."""
LOOSE = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')
"""What Pillow turns a photo by, wherever in a packet it stands."""


@dataclass(frozen=True)
class CroppedXmp:
    """A packet that fits the crop."""

    packet: bytes
    people: frozenset[str] = frozenset()
    """Names of those who were cropped away, and are no longer in it."""
    notes: tuple[str, ...] = ()


def cropped_xmp(packet: bytes, cut: Cut) -> CroppedXmp:
    """Return the packet of a crop; BrokenXmp when it cannot be read.

    The packet is edited where it stands. The place in a panorama, regions, focus areas and the crop
    of Camera Raw are moved, or taken out where they do not fit the crop.
    """
    read = Packet(packet)
    notes = [*crop_panorama(read, cut), *crop_raw_settings(read, cut)]
    people = crop_regions(read, cut)
    for found in read.properties():
        if RULES[kind_of(found)] is Rule.REMOVED:
            read.remove(found)
        elif found.name in PEOPLE and people and isinstance(found, Node):
            _without_people(read, found, people)
        else:
            _fit(read, found, cut)
    if people:
        notes.append(f"The {_names(people)} of who was cropped away {_were(people)} left out.")
    written = read.written() if read.changed else packet
    if any(turned != str(cut.tag).encode() for turned in LOOSE.findall(written)):
        raise BrokenXmp("it speaks of another orientation where no property stands")
    return CroppedXmp(written, people, tuple(notes))


def xmp_entries(packet: bytes, where: str) -> list[Entry]:
    """Return an entry for each top property; BrokenXmp when the packet cannot be read."""
    return [
        Entry(
            kind=kind_of(found),
            where=f"{where} {found.name[1]}",
            size=found.end - found.start,
            summary=f"{found.name[1]}: {one_line(_told(found), 200)}",
        )
        for found in Packet(packet).properties()
    ]


def has_keywords(packet: bytes) -> bool:
    """Tell whether a list of keywords is in the packet; BrokenXmp when it cannot be read."""
    found = (found for found in Packet(packet).properties() if found.name in KEYWORDS)
    return any(isinstance(each, Attribute) or bool(items_of(each)) for each in found)


def without_kinds(packet: bytes, kinds: frozenset[Kind]) -> bytes | None:
    """Return the packet without the properties of some kinds, also where they stand in others.

    None when no property is left. BrokenXmp when it cannot be read.
    """
    read = Packet(packet)
    left = 0
    for found in read.properties():
        if kind_of(found) in kinds:
            read.remove(found)
        else:
            left += 1
    for node in read.root.walk():  # the place of a region, or of a picture that was put in
        fields: list[Field] = [*node.attributes, *node.children]
        for inner in fields:
            if Kind.PLACE in kinds and kind_of(inner) is Kind.PLACE:
                read.remove(inner)
    if not left:
        return None
    return read.written() if read.changed else packet


def _fit(read: Packet, found: Field, cut: Cut) -> None:
    value = {
        (TIFF, "Orientation"): cut.tag,
        (TIFF, "ImageWidth"): cut.size.width,
        (TIFF, "ImageLength"): cut.size.height,
        (EXIF, "PixelXDimension"): cut.size.width,
        (EXIF, "PixelYDimension"): cut.size.height,
    }.get(found.name)
    if value is not None:
        read.write(found, str(value))
    elif found.name in ((EXIF, "SubjectArea"), (EXIF, "SubjectLocation")):
        _focus(read, found, cut)


def _focus(read: Packet, found: Field, cut: Cut) -> None:
    items = [] if isinstance(found, Attribute) else items_of(found)
    numbers = tuple(round(number) for item in items if (number := number_of(item)) is not None)
    moved = cropped_focus(numbers, cut) if len(numbers) == len(items) else ()
    if not moved:
        read.remove(found)
    for item, number in zip(items, moved, strict=False):
        read.write(item, str(number))


def _without_people(read: Packet, found: Node, people: frozenset[str]) -> None:
    for item in items_of(found):
        told = {node.text for node in item.walk()} | {
            attribute.value for node in item.walk() for attribute in node.attributes
        }
        if any(names_one_of(text, people) for text in told):
            read.remove(item)


def names_one_of(keyword: str, people: frozenset[str]) -> bool:
    """Tell whether a keyword, or the last step of a hierarchy ("People|Ann"), is such a name."""
    return keyword.replace("/", "|").rpartition("|")[2].strip().casefold() in {
        name.casefold() for name in people
    }


def _told(found: Field) -> str:
    if isinstance(found, Attribute) or not (found.children or found.attributes):
        return value_of(found) or ""
    parts = []
    for node in found.walk():
        parts += [a.value for a in node.attributes if a.value] + ([node.text] if node.text else [])
    return " ".join(parts)


def _names(people: frozenset[str]) -> str:
    return "name" if len(people) == 1 else "names"


def _were(people: frozenset[str]) -> str:
    return "was" if len(people) == 1 else "were"
