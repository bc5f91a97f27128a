"""What a person does not want to give away: the place, all but the credit, or everything."""

from collections.abc import Callable
from dataclasses import replace

from cropsmith.tools.metadata.chunk_entries import is_credit
from cropsmith.tools.metadata.exif import BrokenExif
from cropsmith.tools.metadata.exif_entries import CREDITS
from cropsmith.tools.metadata.exif_parts import exif_of, exif_without_place
from cropsmith.tools.metadata.inventory import Kind
from cropsmith.tools.metadata.iptc import CHARSET, KEYWORD, datasets, filtered
from cropsmith.tools.metadata.metadata import Metadata
from cropsmith.tools.metadata.xmp import has_keywords, without_kinds
from cropsmith.tools.metadata.xmp_packet import BrokenXmp
from cropsmith.tools.schema.request import FileWish, Keep

KEYWORDS_STAY = "The keywords stay, and may name places; without metadata but the credit they go."
BUT_CREDIT = frozenset(Kind) - {Kind.CREDIT}


def cleaner(wishes: FileWish) -> Callable[[Metadata], Metadata]:
    """Return what leaves out the metadata that is not to be given away."""
    if wishes.keep is Keep.NONE:
        return without_metadata
    if wishes.keep is Keep.CREDIT:
        return credit_alone
    return without_location if wishes.without_location else lambda metadata: metadata


def kept_texts(texts: tuple[tuple[str, str], ...], wishes: FileWish) -> tuple[tuple[str, str], ...]:
    """Return the text chunks of a PNG, keyword and text, that are kept."""
    if wishes.keep is Keep.ALL:
        return texts
    return tuple(pair for pair in texts if wishes.keep is Keep.CREDIT and is_credit(pair[0]))


def without_location(metadata: Metadata) -> Metadata:
    """Return metadata that does not tell where the photo was taken."""
    exif, xmp, notes = metadata.exif, metadata.xmp, metadata.notes
    if exif is not None:
        try:
            exif = exif_without_place(exif)
        except BrokenExif:
            exif, notes = None, (*notes, "EXIF was left out, because its location cannot be found.")
    if xmp is not None:
        try:
            xmp = without_kinds(xmp, frozenset({Kind.PLACE}))
        except BrokenXmp:
            xmp, notes = None, (*notes, "XMP was left out, because its location cannot be found.")
    iptc = metadata.iptc and filtered(metadata.iptc, lambda each: each.kind is not Kind.PLACE)
    if _names_things(xmp, iptc):
        notes = (*notes, KEYWORDS_STAY)
    return replace(metadata, exif=exif, xmp=xmp, iptc=iptc, notes=notes)


def _names_things(xmp: bytes | None, iptc: bytes | None) -> bool:
    """Tell whether XMP or IPTC has keywords, which name people, things and places alike."""
    listed = ((each.record, each.number) == KEYWORD for each in datasets(iptc or b""))
    return any(listed) or bool(xmp and has_keywords(xmp))


def credit_alone(metadata: Metadata) -> Metadata:
    """Return who made the picture and whose it is, and its colour profile."""
    xmp = iptc = None
    if metadata.xmp is not None:
        try:
            xmp = without_kinds(metadata.xmp, BUT_CREDIT)
        except BrokenXmp:
            xmp = None  # what cannot be read can give away anything
    if metadata.iptc:
        iptc = filtered(
            metadata.iptc,
            lambda each: each.kind is Kind.CREDIT or (each.record, each.number) == CHARSET,
        )
    return replace(
        without_metadata(metadata),
        exif=metadata.exif and exif_of(metadata.exif, CREDITS),
        xmp=xmp,
        iptc=iptc,
        rights=metadata.rights,
    )


def without_metadata(metadata: Metadata) -> Metadata:
    """Return what is needed to show the picture as it is: its colours, and the turn it needs."""
    return Metadata(
        icc=metadata.icc,
        nclx=metadata.nclx,
        exif=metadata.exif and exif_of(metadata.exif, frozenset()),
        notes=metadata.notes,
    )
