"""Photos: opened from anything, upright, small for looking and whole for rendering."""

import hashlib
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropsmith.errors import UnreadableImage
from cropsmith.tools.images.budget import limits_for
from cropsmith.tools.images.camera_raw import RawPreview, is_raw_name, raw_preview
from cropsmith.tools.images.cutout import Cutout, cutout_of
from cropsmith.tools.images.look import KEPT_SIDE, LOOK_SIDE, first_look, pixels_of, turn_of
from cropsmith.tools.images.moments import Moments
from cropsmith.tools.images.outside import in_sandbox
from cropsmith.tools.images.source import read_source
from cropsmith.tools.images.thumbnail import fitted
from cropsmith.tools.images.turning import small_level
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.level import Level
from cropsmith.tools.schema.plain_text import plain_unicode

if TYPE_CHECKING:
    from cropsmith.tools.images.fetch import FetchLimits

__all__ = ["KEPT_SIDE", "LOOK_SIDE", "Photo", "open_photo"]


@dataclass(frozen=True)
class Photo:
    """An image file, known by the sha256 of its bytes. Everything it gives is EXIF-upright.

    Of a straightened one everything is level too: pixels, size, boxes.
    """

    name: str
    data: bytes = field(repr=False, compare=False)
    """The encoded file. Images that came as arrays are held as uncompressed TIFF."""
    sha256: str
    size: Size
    """Of the upright, level first frame, in pixels."""
    format: str = "PNG"
    """Of the output unless asked otherwise; Pillow's name: JPEG, PNG, WEBP, HEIF, ..."""
    path: Path | None = None
    """Where it was read from; None for bytes, arrays, standard input and the web."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What is wrong with the file, in sentences for the user."""
    own: bool = field(default=False, compare=False)
    """Made of pixels that the caller had in memory: no file from outside."""
    raw: RawPreview | None = field(default=None, repr=False, compare=False)
    """Of a camera raw file, for which `data` and `size` are those of its preview."""
    moments: Moments | None = field(default=None, repr=False, compare=False)
    """What was seen of an animation's frames; None for a still photo."""
    cutout: Cutout | None = field(default=None, repr=False, compare=False)
    """The opaque object, where the picture is transparent around it."""
    missing: Box | None = field(default=None, compare=False)
    """The part of a truncated file that is not there, and plain; None where all is there."""
    level: Level | None = field(default=None)
    """How it is straightened; None where it is not turned."""
    _upright: "Photo | None" = field(default=None, repr=False, compare=False)
    """What a straightened photo was turned from."""
    _looks: dict[int, NDArray[np.uint8]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def lasting_path(self) -> Path | None:
        """The absolute path, where it can be written down as text; else None."""
        if self.path is None or plain_unicode(str(self.path.absolute())) != str(
            self.path.absolute()
        ):
            return None
        return self.path.absolute()

    @property
    def angle(self) -> float:
        """Degrees that the upright photo is turned by, clockwise; 0 where it is not."""
        return 0.0 if self.level is None else self.level.angle

    @property
    def key(self) -> str:
        """Tells apart what is measured on it: the sha256, and the angle of a straightened one."""
        return key_of(self.sha256, self.angle)

    @property
    def upright(self) -> "Photo":
        """The photo as it was before it was straightened."""
        return self._upright or self

    def straightened(self, angle: float) -> "Photo":
        """Return the photo turned clockwise by so many degrees, trimmed to its own shape.

        The angle counts from the upright photo, whatever this one is turned by; 0 gives that one.
        """
        plain = self.upright
        if angle == self.angle or not angle:
            return self if angle == self.angle else plain
        level = Level(upright=plain.size, angle=angle)
        missing = None if plain.missing is None else level.box(plain.missing)
        return replace(
            plain,
            size=level.size,
            missing=missing,
            moments=None if plain.moments is None else plain.moments.straightened(level),
            cutout=None if plain.cutout is None else plain.cutout.straightened(level),
            level=level,
            _upright=plain,
            _looks={},
        )

    def pixels(self, long_side: int) -> NDArray[np.uint8]:
        """Return upright sRGB, shape (H, W, 3), at most `long_side` pixels a side, never enlarged.

        Of an animation the frame that stands for it; transparency laid on white. Read-only.
        UnreadableImage when the pixels cannot be decoded.
        """
        if (known := self._looks.get(long_side)) is not None:
            return known
        if self.level is not None:
            size = fitted(self.size, long_side)
            # As many pixels of the upright photo as the level one is to have in their place.
            own, whole = self.size, self.upright.size
            scale = max(size.width, size.height) / max(own.width, own.height)
            plain = self.upright.pixels(ceil(scale * max(whole.width, whole.height)))
            return small_level(plain, self.level, size)
        if KEPT_SIDE not in self._looks or long_side > KEPT_SIDE:
            return self._decoded(long_side)
        kept = Image.fromarray(self._looks[KEPT_SIDE])
        size = fitted(self.size, long_side)
        if kept.size == (size.width, size.height):
            return self._looks[KEPT_SIDE]
        return np.asarray(
            kept.resize((size.width, size.height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        )

    def turn(self) -> int:
        """Return the orientation that the file tells, 1 to 8 (EXIF's); it is applied already."""
        if self.raw is not None:
            return self.raw.turn
        if self.own:
            return turn_of(self.name, self.data)
        return in_sandbox(turn_of, self.name, self.data, sha256=self.sha256)

    def _decoded(self, long_side: int) -> NDArray[np.uint8]:
        frame = 0 if self.moments is None else self.moments.shown
        if self.own:
            return pixels_of(self.name, self.data, long_side, frame)
        limits = limits_for(len(self.data), self.size, self.format)
        return in_sandbox(
            pixels_of, self.name, self.data, long_side, frame, sha256=self.sha256, limits=limits
        )


def key_of(sha256: str, angle: float) -> str:
    """Return the key of a photo that is straightened by `angle`; 0 for one that is not."""
    return f"{sha256}@{angle:g}" if angle else sha256


def open_photo(
    source: object, *, limits: "FetchLimits | None" = None, strict: bool = False
) -> Photo:
    """Open a path, bytes, an open file, a PIL image, an array, "-" (stdin) or an http(s) URL.

    Arrays are (H, W), (H, W, 3) or (H, W, 4); uint8, uint16, bool, or floats in [0, 1]. `limits`
    bounds what a URL may cost; `strict` refuses a file that is damaged, though it can be read.
    UnreadableImage when it cannot be read or decoded. Files are decoded in a worker process. Of a
    camera raw file the preview is opened (MissingExtra without rawpy); it cannot be rendered.
    """
    found = read_source(source, limits)
    raw = None
    if is_raw_name(found.name) and not found.own:
        raw = in_sandbox(raw_preview, found.name, found.data)
        found = replace(found, data=raw.jpeg, format="JPEG")
    sha256 = hashlib.sha256(found.data).hexdigest()
    if found.own:
        look = first_look(found.name, found.data)
    else:
        look = in_sandbox(first_look, found.name, found.data, sha256=sha256)
    if strict and look.notes:
        raise UnreadableImage(
            f"{found.name} is damaged. {look.notes[0]}",
            hint="Without --strict-files it is cropped as far as it can be read.",
        )
    photo = Photo(
        name=found.name,
        data=found.data,
        sha256=sha256,
        size=look.size,
        format=found.format or look.format or "PNG",
        path=found.path,
        notes=look.notes if raw is None else raw.notes,
        raw=raw,
        own=found.own,
        moments=look.moments,
        missing=look.missing,
        cutout=None if look.opacity is None else cutout_of(look.opacity),
    )
    photo._looks[look.side] = look.pixels
    photo._looks[LOOK_SIDE] = photo.pixels(LOOK_SIDE)
    return photo
