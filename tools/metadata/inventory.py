"""What a file carries beside its pixels, entry by entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an entry is about; `rules.py` has what becomes of each."""

    PROFILE = "colour profile"
    COLOUR = "description of the colours"
    """nclx, cICP, cHRM, gAMA, sRGB, and the light of HDR pictures (mDCV, cLLI)."""
    RESOLUTION = "resolution"
    CAMERA = "camera and settings"
    MAKER = "maker note"
    CREDIT = "credit"
    PLACE = "place"
    WORDS = "words"
    ORIENTATION = "orientation"
    DIMENSIONS = "dimensions"
    FOCUS = "focus area"
    REGIONS = "regions of people and things"
    PANORAMA = "place in a panorama"
    RAW_CROP = "crop of Camera Raw"
    PREVIEW = "preview"
    GAIN_MAP = "gain map"
    DEPTH = "depth map"
    MOTION = "motion video"
    PICTURES = "further pictures"
    EXTENDED = "extended XMP"
    CREDENTIALS = "content credentials"
    VENDOR = "data of a maker's own"


@dataclass(frozen=True)
class Entry:
    """One thing that a file carries."""

    kind: Kind
    where: str
    """For a person: "EXIF, second directory", "APP2 MPF"."""
    size: int
    """In bytes."""
    summary: str = ""
    """What it says, where that is short; the same text means the same thing."""


@dataclass(frozen=True)
class Inventory:
    """All entries of a file, in the order of the file."""

    entries: tuple[Entry, ...] = ()

    def of(self, kind: Kind) -> tuple[Entry, ...]:
        """Return the entries of a kind."""
        return tuple(entry for entry in self.entries if entry.kind is kind)

    @property
    def kinds(self) -> frozenset[Kind]:
        """Of all entries."""
        return frozenset(entry.kind for entry in self.entries)

    def and_also(self, entries: Iterable[Entry]) -> "Inventory":
        """Return the inventory with more entries."""
        return Inventory((*self.entries, *entries))
