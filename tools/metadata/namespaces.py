"""Names in XMP packets, and which kind of entry each property is."""

from cropsmith.tools.metadata.inventory import Kind
from cropsmith.tools.metadata.xmp_packet import Attribute, Field

XMP = "http://ns.adobe.com/xap/1.0/"
IMAGE = "http://ns.adobe.com/xap/1.0/g/img/"
MM = "http://ns.adobe.com/xap/1.0/mm/"
NOTE = "http://ns.adobe.com/xmp/note/"
DC = "http://purl.org/dc/elements/1.1/"
TIFF = "http://ns.adobe.com/tiff/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
EXIFEX = "http://cipa.jp/exif/1.0/"
AUX = "http://ns.adobe.com/exif/1.0/aux/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PLUS = "http://ns.useplus.org/ldf/xmp/1.0/"
CC = "http://creativecommons.org/ns#"
CRS = "http://ns.adobe.com/camera-raw-settings/1.0/"
LR = "http://ns.adobe.com/lightroom/1.0/"
DIGIKAM = "http://www.digikam.org/ns/1.0/"
MICROSOFT = "http://ns.microsoft.com/photo/1.0/"
GPANO = "http://ns.google.com/photos/1.0/panorama/"
GCAMERA = "http://ns.google.com/photos/1.0/camera/"
CONTAINER = "http://ns.google.com/photos/1.0/container/"

REGIONS = frozenset({
    ("http://www.metadataworkinggroup.com/schemas/regions/", "Regions"),
    ("http://ns.acdsee.com/regions/", "Regions"),
    ("http://ns.microsoft.com/photo/1.2/", "RegionInfo"),
    (EXT, "ImageRegion"),
})  # fmt: skip

KINDS = {
    (TIFF, "Orientation"): Kind.ORIENTATION,
    (TIFF, "ImageWidth"): Kind.DIMENSIONS,
    (TIFF, "ImageLength"): Kind.DIMENSIONS,
    (EXIF, "PixelXDimension"): Kind.DIMENSIONS,
    (EXIF, "PixelYDimension"): Kind.DIMENSIONS,
    (EXIF, "SubjectArea"): Kind.FOCUS,
    (EXIF, "SubjectLocation"): Kind.FOCUS,
    (XMP, "Thumbnails"): Kind.PREVIEW,
    (MM, "Pantry"): Kind.PICTURES,
    (NOTE, "HasExtendedXMP"): Kind.EXTENDED,
    (TIFF, "XResolution"): Kind.RESOLUTION,
    (TIFF, "YResolution"): Kind.RESOLUTION,
    (TIFF, "ResolutionUnit"): Kind.RESOLUTION,
    (DC, "creator"): Kind.CREDIT,
    (DC, "rights"): Kind.CREDIT,
    (TIFF, "Artist"): Kind.CREDIT,
    (TIFF, "Copyright"): Kind.CREDIT,
    (PHOTOSHOP, "Credit"): Kind.CREDIT,
    (PHOTOSHOP, "Source"): Kind.CREDIT,
    (PHOTOSHOP, "AuthorsPosition"): Kind.CREDIT,
    (CORE, "CreatorContactInfo"): Kind.CREDIT,
    (PHOTOSHOP, "City"): Kind.PLACE,
    (PHOTOSHOP, "State"): Kind.PLACE,
    (PHOTOSHOP, "Country"): Kind.PLACE,
    (CORE, "Location"): Kind.PLACE,
    (CORE, "CountryCode"): Kind.PLACE,
    (EXT, "LocationShown"): Kind.PLACE,
    (EXT, "LocationCreated"): Kind.PLACE,
    **dict.fromkeys(REGIONS, Kind.REGIONS),
}

SPACES = {
    RIGHTS: Kind.CREDIT,
    PLUS: Kind.CREDIT,
    CC: Kind.CREDIT,
    TIFF: Kind.CAMERA,
    EXIF: Kind.CAMERA,
    EXIFEX: Kind.CAMERA,
    AUX: Kind.CAMERA,
    CRS: Kind.CAMERA,
    GPANO: Kind.PANORAMA,
    IMAGE: Kind.PREVIEW,
    "http://ns.google.com/photos/1.0/image/": Kind.PICTURES,
    "http://ns.google.com/photos/1.0/audio/": Kind.MOTION,
    "http://ns.google.com/photos/1.0/depthmap/": Kind.DEPTH,
    "http://ns.google.com/photos/1.0/focus/": Kind.DEPTH,
    "http://ns.apple.com/depthData/1.0/": Kind.DEPTH,
    "http://ns.apple.com/depthBlurEffect/1.0/": Kind.DEPTH,
    "http://ns.apple.com/pixeldatainfo/1.0/": Kind.DEPTH,
    "http://ns.apple.com/portraitEffectsMatte/1.0/": Kind.DEPTH,
    "http://ns.apple.com/semanticSegmentationMatte/1.0/": Kind.DEPTH,
    "http://ns.apple.com/HDRGainMap/1.0/": Kind.GAIN_MAP,
    "http://ns.apple.com/HDRToneMap/1.0/": Kind.GAIN_MAP,
    "http://ns.adobe.com/hdr-gain-map/1.0/": Kind.GAIN_MAP,
    "http://ns.xiaomi.com/photos/1.0/camera/": Kind.VENDOR,
    "http://ns.oplus.com/photos/1.0/camera/": Kind.VENDOR,
}

DYNAMIC_DEPTH = "http://ns.google.com/photos/dd/1.0/"

CROPS = frozenset({
    "HasCrop", "CropTop", "CropLeft", "CropBottom", "CropRight", "CropAngle", "CropWidth",
    "CropHeight", "CropUnit", "CropUnits",
})  # fmt: skip
LOCAL = frozenset({
    "CircularGradientBasedCorrections", "GradientBasedCorrections", "PaintBasedCorrections",
    "MaskGroupBasedCorrections", "RetouchAreas", "RetouchInfo", "RedEyeInfo",
})  # fmt: skip
"""Corrections of Camera Raw at places in the picture."""

PLACES = frozenset({"lat", "lon", "long", "alt", "shotlocation", "geotag"})
COORDINATES = ("latitude", "longitude", "longtitude", "altitude")
"""What names of properties say of a place, whoever wrote them; drones write "GpsLongtitude"."""

ENCODED = ("/9j/", "iVBORw0KGgo", "UklGR")
"""How a JPEG, PNG or WebP begins in base64."""


def kind_of(found: Field) -> Kind:
    """Return which kind of entry a top property is."""
    if _shows_a_picture(found):
        return Kind.PREVIEW
    space, local = found.name
    if (kind := KINDS.get(found.name)) is not None:
        return kind
    if space == CRS and (local in CROPS or local in LOCAL):
        return Kind.RAW_CROP
    if _tells_a_place(local):
        return Kind.PLACE
    if space == GCAMERA:
        return Kind.MOTION if local.startswith(("MicroVideo", "MotionPhoto")) else Kind.VENDOR
    if space == CONTAINER:
        return _kind_of_container(found)
    if space.startswith(DYNAMIC_DEPTH):
        return Kind.DEPTH
    return SPACES.get(space, Kind.WORDS)


def _tells_a_place(local: str) -> bool:
    """Tell whether a property of any space is a place by its name: EXIF, drones, others."""
    low = local.lower()
    return low.startswith("gps") or low in PLACES or any(word in low for word in COORDINATES)


def _shows_a_picture(found: Field) -> bool:
    if found.name == (XMP, "Thumbnails"):
        return True
    if found.name[0] in SPACES and SPACES[found.name[0]] is Kind.PICTURES:
        return False  # pictures of another kind, told as such
    if isinstance(found, Attribute):
        return _encoded(found.value)
    return any(
        node.name[0] == IMAGE
        or _encoded(node.text)
        or any(a.name[0] == IMAGE or _encoded(a.value) for a in node.attributes)
        for node in found.walk()
    )


def _encoded(text: str) -> bool:
    return len(text) > 200 and text.lstrip()[:12].startswith(ENCODED)


def _kind_of_container(found: Field) -> Kind:
    if isinstance(found, Attribute):
        return Kind.PICTURES
    told = {a.value for node in found.walk() for a in node.attributes} | {
        node.text for node in found.walk()
    }
    for semantic, kind in (
        ("MotionPhoto", Kind.MOTION), ("GainMap", Kind.GAIN_MAP), ("Depth", Kind.DEPTH),
    ):  # fmt: skip
        if semantic in told:
            return kind
    return Kind.PICTURES
