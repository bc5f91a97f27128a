"""The place of a photo in a panorama (Google's photo sphere XMP), moved with the crop."""

from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.namespaces import GPANO
from cropsmith.tools.metadata.xmp_packet import Field, Packet, number_of

FULL = ("FullPanoWidthPixels", "FullPanoHeightPixels")
AREA = ("CroppedAreaImageWidthPixels", "CroppedAreaImageHeightPixels")
CORNER = ("CroppedAreaLeftPixels", "CroppedAreaTopPixels")
INNER = (
    "LargestValidInteriorRectLeft", "LargestValidInteriorRectTop",
    "LargestValidInteriorRectWidth", "LargestValidInteriorRectHeight",
)  # fmt: skip


def crop_panorama(read: Packet, cut: Cut) -> tuple[str, ...]:
    """Move the place in the panorama; it goes, with a note, where it is not whole or was turned.

    The crop covers its own part of the area that the photo covers. All sizes are told in pixels of
    the crop, as viewers expect: the area is as wide as the picture.
    """
    fields = {found.name[1]: found for found in read.properties() if found.name[0] == GPANO}
    if not fields:
        return ()
    numbers = {name: number_of(found) for name, found in fields.items()}
    known = [numbers.get(name) for name in (*FULL, *AREA, *CORNER)]
    turned = cut.turn != 1 or cut.level is not None
    if turned or any(n is None or n < 0 for n in known) or not all(known[:4]):
        for found in fields.values():
            read.remove(found)
        return ("The place in the panorama was left out, because it does not fit the crop.",)
    sides = (cut.photo.width, cut.photo.height)
    corner = (cut.box.left, cut.box.top)
    part = (cut.box.size.width, cut.box.size.height)
    for axis, written in enumerate((cut.size.width, cut.size.height)):
        # Pixels of the panorama as it was told for each of the photo, and of the crop for each.
        told = (numbers[AREA[axis]] or 0) / sides[axis]
        scale = written / (part[axis] * told)
        moved = {
            FULL[axis]: (numbers[FULL[axis]] or 0) * scale,
            AREA[axis]: written,
            CORNER[axis]: ((numbers[CORNER[axis]] or 0) + corner[axis] * told) * scale,
        }
        for name, number in moved.items():
            read.write(fields[name], str(round(number)))
    _inner(read, fields, cut)
    return ()


def _inner(read: Packet, fields: dict[str, Field], cut: Cut) -> None:
    """Clip the largest rectangle without gaps, which is told on the photo."""
    found = [fields[name] for name in INNER if name in fields]
    told = [number_of(each) for each in found]
    if len(found) == len(INNER) and not any(number is None for number in told):
        left, top, width, height = (number or 0 for number in told)
        corners = cut.corners(left, top, left + width, top + height)
        x1, y1 = max(0, round(corners[0])), max(0, round(corners[1]))
        x2, y2 = min(cut.size.width, round(corners[2])), min(cut.size.height, round(corners[3]))
        if x1 < x2 and y1 < y2:
            for each, number in zip(found, (x1, y1, x2 - x1, y2 - y1), strict=True):
                read.write(each, str(number))
            return
    for each in found:
        read.remove(each)
