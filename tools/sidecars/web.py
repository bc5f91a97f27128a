"""The crop for servers of pictures and web pages: IIIF, CDNs, CSS."""

import json
from urllib.parse import quote

from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.sidecars.framing import Framing


def iiif(framing: Framing) -> str:
    """Return identifier/region/size/rotation/quality.format of the IIIF Image API 3.0.

    The region is in pixels of the upright photo, as the server must show it; put the server's
    address and prefix before.
    """
    box, output = framing.box, framing.output
    size = "max"
    if output is not None and output != box.size:
        larger = output.width > box.size.width or output.height > box.size.height
        size = f"{'^' if larger else ''}{output.width},{output.height}"
    region = f"{box.left},{box.top},{box.size.width},{box.size.height}"
    return f"{quote(framing.name, safe='')}/{region}/{size}/0/default.jpg"


def hand_offs(framing: Framing) -> dict[str, str]:
    """Return the crop, and the focal point for crops of other shapes, as each service writes them.

    A crop comes in the pixels that were asked for; the size of other shapes is the server's to say.
    Cloudinary, imgix and imgproxy turn photos upright first, as browsers do; thumbor does so only
    where it is set to, so its places are on the stored picture.
    """
    box, size, output = framing.box, framing.box.size, framing.output
    x, y = framing.focal.x, framing.focal.y
    across, down = round(x * framing.photo.width), round(y * framing.photo.height)
    stored, corner = framing.stored_box, f"x_{box.left},y_{box.top}"
    point = [round(side) for side in framing.stored_focal]
    found = {
        "cloudinary crop": f"c_crop,g_north_west,h_{size.height},w_{size.width},{corner}",
        "cloudinary focal": f"g_xy_center,x_{across},y_{down}",
        "imgix crop": f"rect={box.left},{box.top},{size.width},{size.height}",
        "imgix focal": f"fit=crop&crop=focalpoint&fp-x={x:.4f}&fp-y={y:.4f}",
        "imgproxy crop": f"c:{size.width}:{size.height}:nowe:{box.left}:{box.top}",
        "imgproxy focal": f"g:fp:{x:.4f}:{y:.4f}",
        "thumbor crop": f"{stored.left}x{stored.top}:{stored.right}x{stored.bottom}",
        "thumbor focal": f"filters:focal({point[0]}x{point[1]}:{point[0] + 1}x{point[1] + 1})",
        "css crop": css_crop(framing),
        "css focal": f"object-fit: cover; object-position: {x:.2%} {y:.2%};",
    }
    if output is not None and output != size:
        enlarged = int(output.width > size.width or output.height > size.height)
        for service, sized in (
            ("cloudinary", f"/c_scale,h_{output.height},w_{output.width}"),
            ("imgix", f"&w={output.width}&h={output.height}"),
            ("imgproxy", f"/rs:force:{output.width}:{output.height}:{enlarged}"),
            ("thumbor", f"/{output.width}x{output.height}"),
            ("css", f" width: {output.width}px;"),
        ):
            found[f"{service} crop"] += sized
    return found


def css_crop(framing: Framing) -> str:
    """Return what shows the crop in an <img>: it fills a box of the crop's ratio.

    `object-position` sets the photo's percentage onto the same one of the box, so the part that
    shows is the crop where that is as wide or as high as the photo, and lies where it lies else.
    """
    wide, high, box = framing.photo.width, framing.photo.height, framing.box
    free = wide - box.size.width, high - box.size.height
    across = box.left / free[0] if free[0] else 0.5
    down = box.top / free[1] if free[1] else 0.5
    ratio = Ratio.of_size(box.size)
    return (
        f"aspect-ratio: {ratio.width} / {ratio.height}; object-fit: cover;"
        f" object-position: {across:.2%} {down:.2%};"
    )


def focal_text(framing: Framing) -> str:
    """Return all hand-offs as lines."""
    return "".join(f"{name}: {value}\n" for name, value in hand_offs(framing).items())


def as_json(framing: Framing) -> str:
    """Return everything about the crop as one JSON document."""
    box, stored = framing.box, framing.stored_box
    level, level_box, turned = framing.level, framing.level_box, dict[str, object]()
    if level is not None and level_box is not None:
        turned["angle"] = framing.angle
        turned["level"] = {**level.size.model_dump(), "crop": level_box.model_dump()}
        turned["corners"] = [{"x": x, "y": y} for x, y in level.corners(level_box)]
    output = framing.output or box.size
    return (
        json.dumps(
            {
                "photo": framing.name,
                "width": framing.photo.width,
                "height": framing.photo.height,
                "orientation": framing.turn,
                **turned,
                "crop": box.model_dump(),
                "share": box.normalised(framing.photo).model_dump(),
                "stored": stored.model_dump(),
                "output": output.model_dump(),
                "focal_point": framing.focal.model_dump(),
                "iiif": iiif(framing),
                "hand_offs": hand_offs(framing),
            },
            indent=2,
        )
        + "\n"
    )
