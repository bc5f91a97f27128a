"""The table of what becomes of each kind of entry when a photo is cropped."""

from collections.abc import Iterable
from enum import StrEnum

from cropsmith.tools.metadata.inventory import Inventory, Kind


class Rule(StrEnum):
    """What becomes of an entry."""

    KEPT = "kept"
    TRANSFORMED = "transformed"
    """Changed so that it fits the crop; what it says of parts that were cropped away goes."""
    REMOVED = "removed"
    """It shows what was cropped away, or is untrue of the crop; a note says so."""


RULES = {
    Kind.PROFILE: Rule.KEPT,
    Kind.COLOUR: Rule.KEPT,
    Kind.RESOLUTION: Rule.KEPT,
    Kind.CAMERA: Rule.KEPT,
    Kind.MAKER: Rule.KEPT,
    Kind.CREDIT: Rule.KEPT,
    Kind.PLACE: Rule.KEPT,
    Kind.WORDS: Rule.KEPT,
    Kind.ORIENTATION: Rule.TRANSFORMED,
    Kind.DIMENSIONS: Rule.TRANSFORMED,
    Kind.FOCUS: Rule.TRANSFORMED,
    Kind.REGIONS: Rule.TRANSFORMED,
    Kind.PANORAMA: Rule.TRANSFORMED,
    Kind.RAW_CROP: Rule.TRANSFORMED,
    Kind.PREVIEW: Rule.REMOVED,
    Kind.GAIN_MAP: Rule.REMOVED,
    Kind.DEPTH: Rule.REMOVED,
    Kind.MOTION: Rule.REMOVED,
    Kind.PICTURES: Rule.REMOVED,
    Kind.EXTENDED: Rule.REMOVED,
    Kind.CREDENTIALS: Rule.REMOVED,
    Kind.VENDOR: Rule.REMOVED,
}
"""Every kind has its rule; `--keep` and `--no-gps` come on top (`privacy.py`)."""

NAMED = {
    Kind.PREVIEW: "the preview",
    Kind.GAIN_MAP: "the gain map (the picture is as bright as on a plain screen)",
    Kind.DEPTH: "the depth map",
    Kind.MOTION: "the motion video",
    Kind.PICTURES: "the other pictures of the file",
    Kind.EXTENDED: "extended XMP",
    Kind.CREDENTIALS: "the content credentials",
    Kind.VENDOR: "data of the maker's own",
}
"""How the note calls what was removed."""


TOLD_BY_WISH = frozenset({Kind.PREVIEW, Kind.EXTENDED, Kind.CREDENTIALS, Kind.VENDOR})
"""Which need no note where a person asked for a file without metadata: not part of the picture."""


def removal_notes(before: Inventory, kept: Iterable[Kind] = ()) -> tuple[str, ...]:
    """Return the sentence about what a crop leaves out; none where that is nothing."""
    spared = frozenset(kept)
    gone = [
        name
        for kind, name in NAMED.items()
        if RULES[kind] is Rule.REMOVED and kind in before.kinds and kind not in spared
    ]
    if not gone:
        return ()
    told = gone[0] if len(gone) == 1 else f"{', '.join(gone[:-1])} and {gone[-1]}"
    return (f"Left out, as it shows or speaks of the whole photo: {told}.",)
