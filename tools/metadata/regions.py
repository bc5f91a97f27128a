"""Regions of people and things in XMP, moved with the crop: four ways of writing them.

Metadata Working Group (guidelines 2.0, 5.9), ACDSee, Microsoft (People Tagging), IPTC Image Region.
All count as told on the stored picture; where the first two say the dimensions of the upright one,
on that.
"""

from cropsmith.tools.metadata.cut import Cut
from cropsmith.tools.metadata.namespaces import REGIONS
from cropsmith.tools.metadata.xmp_packet import (
    Attribute,
    Field,
    Node,
    Packet,
    fields_of,
    items_of,
    number_of,
    value_of,
)

AREAS = ("Area", "DLYArea", "ALGArea")
NAMES = ("Name", "PersonDisplayName", "PersonInImage")

Fields = dict[str, Field]
"""Of a structure, by local name: the namespaces of one kind of region differ between programs."""


def crop_regions(read: Packet, cut: Cut) -> frozenset[str]:
    """Move all regions; those whose centre is cropped away go. Returns the names that went."""
    gone: set[str] = set()
    left: set[str] = set()
    for found in list(read.properties()):
        if found.name not in REGIONS:
            continue
        if isinstance(found, Attribute):  # no structure: nothing that could be moved
            read.remove(found)
            continue
        kept = 0
        whole = _local(found)
        frame = _frame(read, whole, cut)
        items = _items(found, whole)
        for item in items:
            if frame is not None and _moved(read, item, frame):
                kept += 1
                left |= _names(item)
            else:
                gone |= _names(item)
                read.remove(item)
        if not kept:
            read.remove(found)
    return frozenset(gone - left)


def _local(node: Node) -> Fields:
    return {name[1]: found for name, found in fields_of(node).items()}


def _items(found: Node, whole: Fields) -> list[Node]:
    """Return the regions of a list, or of a structure that holds it."""
    for name in ("RegionList", "Regions"):
        if isinstance(inner := whole.get(name), Node):
            return items_of(inner)
    return items_of(found)


def _frame(read: Packet, whole: Fields, cut: Cut) -> Cut | None:
    """Return the cut that regions are told on; None where they are of another picture."""
    applied = whole.get("AppliedToDimensions")
    if not isinstance(applied, Node):
        return cut
    told = _local(applied)
    wide, high = number_of(told.get("w")), number_of(told.get("h"))
    if not wide or not high or wide < 0 or high < 0:
        return cut
    frame = next(
        (
            frame
            for frame in (cut, cut.upright)
            # Of another size is the same picture; of another shape it is not.
            if abs(wide * frame.photo.height / (high * frame.photo.width) - 1) < 0.02
        ),
        None,
    )
    for name, side in (("w", cut.size.width), ("h", cut.size.height)):
        read.write(told[name], str(side))
    if (unit := told.get("unit")) is not None:
        read.write(unit, "pixel")
    return frame


def _moved(read: Packet, item: Node, cut: Cut) -> bool:
    """Move one region; False where it is not in the crop, or has no place that is understood."""
    fields = _local(item)
    if (rectangle := fields.get("Rectangle")) is not None:
        return _move_rectangle(read, rectangle, cut)
    if isinstance(boundary := fields.get("RegionBoundary"), Node):
        return _move_boundary(read, _local(boundary), cut)
    areas = [fields[name] for name in AREAS if isinstance(fields.get(name), Node)]
    return bool(areas) and all(
        isinstance(area, Node) and _move_area(read, _local(area), cut) for area in areas
    )


def _move_rectangle(read: Packet, found: Field, cut: Cut) -> bool:
    """Microsoft's "x, y, width, height", shares from the upper left corner."""
    try:
        x, y, width, height = (float(part) for part in (value_of(found) or "").split(","))
    except ValueError:
        return False
    box = _clipped(cut, x, y, x + width, y + height)
    if box is None:
        return False
    sides = (box[0], box[1], box[2] - box[0], box[3] - box[1])
    read.write(found, ", ".join(f"{side:.6f}" for side in sides))
    return True


def _move_area(read: Packet, area: Fields, cut: Cut) -> bool:
    """A centre and a size in shares: a point, a circle (its diameter one of the shorter side)."""
    numbers = {name: number_of(area.get(name)) for name in ("x", "y", "w", "h", "d")}
    x, y, wide, high, round_ = (numbers[name] for name in ("x", "y", "w", "h", "d"))
    if x is None or y is None:
        return False
    if value_of(area.get("unit")) == "pixel":
        return False  # told in pixels of a picture that is not known
    short = min(cut.photo.width, cut.photo.height)
    if wide is None or high is None:
        wide = (round_ or 0) * short / cut.photo.width
        high = (round_ or 0) * short / cut.photo.height
    box = _clipped(cut, x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    if box is None:
        return False
    moved = {
        "x": (box[0] + box[2]) / 2,
        "y": (box[1] + box[3]) / 2,
        "w": box[2] - box[0],
        "h": box[3] - box[1],
        "d": min((box[2] - box[0]) * cut.size.width, (box[3] - box[1]) * cut.size.height)
        / min(cut.size.width, cut.size.height),
    }
    for name, number in moved.items():
        if numbers[name] is not None:
            read.write(area[name], f"{number:.6g}")
    return True


def _move_boundary(read: Packet, boundary: Fields, cut: Cut) -> bool:
    """IPTC's rectangle, circle or polygon (Photo Metadata Standard, Region Boundary)."""
    shares = value_of(boundary.get("rbUnit")) == "relative"
    wide, high = (1.0, 1.0) if shares else (cut.photo.width, cut.photo.height)
    across, down = (1.0, 1.0) if shares else (cut.size.width, cut.size.height)
    if isinstance(vertices := boundary.get("rbVertices"), Node):
        return _move_polygon(read, vertices, cut, (wide, high), (across, down))
    x, y = number_of(boundary.get("rbX")), number_of(boundary.get("rbY"))
    if x is None or y is None:
        return False
    x, y = x / wide, y / high
    if (radius := number_of(boundary.get("rbRx"))) is not None:
        tall = radius / wide * cut.photo.width / cut.photo.height
        box = _clipped(cut, x - radius / wide, y - tall, x + radius / wide, y + tall)
        if box is None:
            return False
        sides = {
            "rbX": (box[0] + box[2]) / 2 * across,
            "rbY": (box[1] + box[3]) / 2 * down,
            "rbRx": (box[2] - box[0]) / 2 * across,
        }
    else:
        width, height = number_of(boundary.get("rbW")), number_of(boundary.get("rbH"))
        box = _clipped(cut, x, y, x + (width or 0) / wide, y + (height or 0) / high)
        if box is None or width is None or height is None:
            return False
        sides = {
            "rbX": box[0] * across,
            "rbY": box[1] * down,
            "rbW": (box[2] - box[0]) * across,
            "rbH": (box[3] - box[1]) * down,
        }
    for name, number in sides.items():
        read.write(boundary[name], _number(number, shares))
    return True


def _move_polygon(
    read: Packet,
    vertices: Node,
    cut: Cut,
    sides: tuple[float, float],
    written: tuple[float, float],
) -> bool:
    points = [_local(item) for item in items_of(vertices)]
    places = [(number_of(p.get("rbX")), number_of(p.get("rbY"))) for p in points]
    known = [(x / sides[0], y / sides[1]) for x, y in places if x is not None and y is not None]
    if not known or len(known) != len(places):
        return False
    xs, ys = zip(*known, strict=True)
    if _clipped(cut, min(xs), min(ys), max(xs), max(ys)) is None:
        return False
    for point, (x, y) in zip(points, known, strict=True):
        u, v = cut.point(x * cut.photo.width, y * cut.photo.height)
        shares = (min(1.0, max(0.0, u / cut.size.width)), min(1.0, max(0.0, v / cut.size.height)))
        relative = written == (1.0, 1.0)
        read.write(point["rbX"], _number(shares[0] * written[0], relative))
        read.write(point["rbY"], _number(shares[1] * written[1], relative))
    return True


def _number(value: float, share: bool) -> str:
    return f"{value:.6g}" if share else str(round(value))


def _clipped(
    cut: Cut, left: float, top: float, right: float, bottom: float
) -> tuple[float, float, float, float] | None:
    """Return where a box of the photo lies in the crop, both in shares; None if it is cut away."""
    wide, high = cut.photo.width, cut.photo.height
    box = cut.clipped(left * wide, top * high, right * wide, bottom * high)
    if box is None:
        return None
    across, down = cut.size.width, cut.size.height
    return box[0] / across, box[1] / down, box[2] / across, box[3] / down


def _names(item: Node) -> set[str]:
    """Return the names that a region gives, alternatives of a language and lists included."""
    names = set()
    for name in NAMES:
        found = _local(item).get(name)
        texts = [each.text for each in items_of(found)] if isinstance(found, Node) else []
        names |= {text.strip() for text in (texts or [value_of(found) or ""]) if text.strip()}
    return names
