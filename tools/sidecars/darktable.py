"""The crop as darktable keeps it: a history with its module "crop".

The module's parameters are four floats, left, top, right and bottom in shares of the upright
picture (its module "flip" comes before), and the two numbers of a ratio, 0 for none: version 1 of
them, which darktable 3.6 and later read (src/iop/crop.c).
"""

import struct
from xml.sax.saxutils import quoteattr

from cropsmith.tools.sidecars.camera_raw import PACKET
from cropsmith.tools.sidecars.framing import Framing


def darktable_sidecar(framing: Framing) -> str:
    """Return the sidecar NAME.SUFFIX.xmp."""
    wide, high, box = framing.photo.width, framing.photo.height, framing.box
    sides = (box.left / wide, box.top / high, box.right / wide, box.bottom / high)
    params = struct.pack("<4f2i", *sides, 0, 0).hex()
    inner = (
        '\n  <rdf:Description rdf:about=""\n   xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"'
        '\n   xmlns:darktable="http://darktable.sf.net/"'
        f"\n   xmpMM:DerivedFrom={quoteattr(framing.name)}"
        '\n   darktable:xmp_version="5"\n   darktable:raw_params="0"'
        '\n   darktable:auto_presets_applied="0"\n   darktable:history_end="1">'
        "\n   <darktable:history>\n    <rdf:Seq>\n     <rdf:li"
        '\n      darktable:num="0"\n      darktable:operation="crop"\n      darktable:enabled="1"'
        f'\n      darktable:modversion="1"\n      darktable:params="{params}"'
        '\n      darktable:multi_name=""\n      darktable:multi_priority="0"/>'
        "\n    </rdf:Seq>\n   </darktable:history>\n  </rdf:Description>"
    )
    return PACKET.format(inner=inner)
