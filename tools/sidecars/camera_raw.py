"""The crop as Lightroom and Camera Raw keep it: XMP of the Camera Raw settings schema.

Sides are shares of the picture before its orientation is applied, which the sidecar tells beside.
Of a straightened photo they are those of the upper left and the lower right corner of the turned
crop, and the angle is that of the crop: clockwise, so the picture turns the other way. It is how
darktable reads them (src/develop/lightroom.c).
An existing sidecar keeps all else that it says.
"""

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.outside import in_sandbox
from cropsmith.tools.metadata.namespaces import CROPS, CRS
from cropsmith.tools.metadata.xmp_packet import BrokenXmp, Packet
from cropsmith.tools.sidecars.framing import Framing

PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{inner}\n'
    " </rdf:RDF>\n</x:xmpmeta>\n"
    '<?xpacket end="w"?>\n'
)


def camera_raw_sidecar(framing: Framing, existing: bytes | None = None) -> str:
    """Return the sidecar, or the existing one with this crop. UnreadableImage if that is no XMP."""
    inner = _description(framing)
    if existing is None:
        return PACKET.format(inner=_with_orientation(inner, framing.turn))
    return in_sandbox(merged, f"The sidecar of {framing.name}", existing, inner)


def merged(name: str, sidecar: bytes, description: str) -> str:
    """Return a sidecar with the crop of a description in the place of its own."""
    try:
        read = Packet(sidecar)
        for found in read.properties():
            if found.name[0] == CRS and found.name[1] in CROPS:
                read.remove(found)
        return read.with_description(description.encode()).decode()
    except BrokenXmp as error:
        raise UnreadableImage(f"{name} cannot be read, because {error}.") from error


def _description(framing: Framing) -> str:
    wide, high = framing.stored.width, framing.stored.height
    (left, top), _, (right, bottom), _ = framing.stored_corners
    whole = (left, top, right, bottom) == (0, 0, wide, high) and not framing.angle
    sides = {
        "CropTop": top / high,
        "CropLeft": left / wide,
        "CropBottom": bottom / high,
        "CropRight": right / wide,
        "CropAngle": -framing.stored_angle if framing.angle else 0,
    }
    written = "".join(f'\n   crs:{name}="{_plain(share)}"' for name, share in sides.items())
    return (
        f'\n  <rdf:Description rdf:about=""\n   xmlns:crs="{CRS}"'
        f'\n   crs:HasCrop="{not whole}"{written}'
        '\n   crs:CropConstrainToWarp="0"/>'
    )


def _plain(number: float) -> str:
    """Return a number without an exponent, and zero without a sign."""
    return f"{round(number, 9) + 0.0:.9f}".rstrip("0").rstrip(".")


def _with_orientation(description: str, turn: int) -> str:
    names = '\n   xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
    told = f'\n   tiff:Orientation="{turn}"\n   crs:AlreadyApplied="False"/>'
    head, _, rest = description.partition("\n   xmlns:crs")
    return f"{head}{names}\n   xmlns:crs{rest.removesuffix('/>')}{told}"
