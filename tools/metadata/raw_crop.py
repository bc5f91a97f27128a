"""Camera Raw's crop of a photo that it has not yet applied, moved with the crop."""

from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.namespaces import CROPS, CRS, LOCAL
from cropsmith.tools.metadata.xmp_packet import Packet, number_of, value_of

SIDES = ("CropLeft", "CropTop", "CropRight", "CropBottom")
"""Shares of the stored picture's width and height (Camera Raw schema)."""


def crop_raw_settings(read: Packet, cut: Cut) -> tuple[str, ...]:
    """Make Camera Raw's crop the part of it that is in ours; it goes where none or all is left.

    A crop at an angle goes with a note, and so do corrections at places in the picture. Settings
    that were applied already are history, and stay.
    """
    fields = {found.name[1]: found for found in read.properties() if found.name[0] == CRS}
    if value_of(fields.get("AlreadyApplied")) == "True":
        return ()
    notes = []
    if local := LOCAL & fields.keys():
        for name in local:
            read.remove(fields[name])
        notes.append("Corrections of Camera Raw at places in the picture were left out.")
    if value_of(fields.get("HasCrop")) != "True":
        return tuple(notes)
    sides = [number_of(fields.get(name)) for name in SIDES]
    angle = number_of(fields.get("CropAngle")) or 0
    moved = None if angle or any(side is None for side in sides) else _moved(cut, sides)
    if moved is None or moved == (0, 0, 1, 1):
        if moved is None:
            notes.append("The crop of Camera Raw was left out, because it does not fit this one.")
        for name in CROPS & fields.keys():
            read.remove(fields[name])
        return tuple(notes)
    for name, side in zip(SIDES, moved, strict=True):
        read.write(fields[name], f"{side:.6g}")
    for name in fields.keys() & {"CropWidth", "CropHeight", "CropUnit", "CropUnits"}:
        read.remove(fields[name])
    return tuple(notes)


def _moved(cut: Cut, sides: list[float | None]) -> tuple[float, float, float, float] | None:
    left, top, right, bottom = (side or 0.0 for side in sides)
    wide, high = cut.photo.width, cut.photo.height
    found = cut.corners(left * wide, top * high, right * wide, bottom * high)
    across, down = cut.size.width, cut.size.height
    x1, y1 = max(0.0, found[0] / across), max(0.0, found[1] / down)
    x2, y2 = min(1.0, found[2] / across), min(1.0, found[3] / down)
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None
