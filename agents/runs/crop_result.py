"""What `crop()` returns: the report, and the photo it is about, ready to be saved."""

import io
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Unpack

from PIL import Image, ImageOps

from cropsmith.agents.runs.given import (
    FileOptions,
    check_number,
    check_options,
    checked_gps,
    checked_keep,
    checked_kind,
    checked_path,
)
from cropsmith.tools.constraints.solver import output_size
from cropsmith.tools.drawing.overlay import side_by_side
from cropsmith.tools.explain.change_chart import beneath, save
from cropsmith.tools.images.output import write_image
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.render import Rendered, render
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box, PixelBox, Point, Size, whole_pixels
from cropsmith.tools.schema.level import Level
from cropsmith.tools.schema.plain_text import one_line
from cropsmith.tools.schema.request import Intent
from cropsmith.tools.schema.result import CropReport, Failure, Framed, Verdict
from cropsmith.tools.sidecars.framing import Framing
from cropsmith.tools.sidecars.sidecar import Sidecar, sidecar_text

LOSSY = frozenset({"JPEG", "WEBP", "AVIF", "HEIF", "JPEG2000"})

SHOWN = 640
"""Long side in pixels of what a notebook shows."""


class CropResult:
    """The answer to one request. `report` holds the data; the properties are about the first shape.

    `box` is in [0, 1] and `pixels` in whole pixels, both on the EXIF-upright photo; of one that is
    straightened on the level photo, which is turned by `angle` and trimmed to its own shape.
    """

    def __init__(self, report: CropReport, photo: Photo) -> None:
        self.report = report
        self.photo = photo.straightened(report.angle)

    def __repr__(self) -> str:
        shapes = ", ".join(
            f"{'no crop, the nearest is ' if c.verdict is Verdict.REJECT else ''}"
            f"{c.output.width}x{c.output.height} at {c.pixels.left},{c.pixels.top}"
            for c in self.crops
        )
        return f"<CropResult of {one_line(self.report.source, 40)}: {shapes}>"

    def _repr_png_(self) -> bytes:
        """Return the crop, small, as a notebook shows it."""
        picture = self.image.convert("RGBA" if self.image.has_transparency_data else "RGB")
        picture.thumbnail((SHOWN, SHOWN))
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()

    @cached_property
    def image(self) -> Image.Image:
        """The chosen crop as a PIL image, upright, at full resolution."""
        return self.picture()

    def picture(self, index: int = 0, alternative: int = 0) -> Image.Image:
        """Return the crop of shape `index` as a PIL image, upright, not encoded with any loss.

        Of an animation the first frame. Raises what `render` raises.
        """
        lossy = self.photo.format in LOSSY
        # Not the format that the request names for the file, which may be a lossy one.
        format = "TIFF" if lossy else self.photo.format
        rendered = self.render(index, alternative, format=format)
        with Image.open(io.BytesIO(rendered.data)) as opened:
            opened.load()
            return ImageOps.exif_transpose(opened)

    @property
    def intent(self) -> Intent:
        """What was understood of the request."""
        return self.report.intent

    @property
    def crops(self) -> Sequence[Framed]:
        """One answer per asked shape."""
        return self.report.crops

    @property
    def box(self) -> Box:
        """The chosen crop, normalised."""
        return self.crops[0].box

    @property
    def pixels(self) -> Sequence[int]:
        """The chosen crop as (left, top, right, bottom), right and bottom exclusive."""
        pixels = self.crops[0].pixels
        return (pixels.left, pixels.top, pixels.right, pixels.bottom)

    @property
    def angle(self) -> float:
        """Degrees that the photo is turned by, clockwise, before it is cropped; 0 for none."""
        return self.report.angle

    @property
    def corners(self) -> Sequence[Point]:
        """Corners of the chosen crop on the upright photo that is not turned, in [0, 1].

        Upper left, upper right, lower right, lower left, as they are in the crop.
        """
        plain = self.photo.upright.size
        level = self.photo.level or Level(upright=plain, angle=0)
        places = level.corners(self.crops[0].pixels)
        return tuple(Point(x=x / plain.width, y=y / plain.height) for x, y in places)

    @property
    def verdict(self) -> Verdict:
        """What is to be done: crop, keep, or reject, where no crop answers the request."""
        return self.crops[0].verdict

    @property
    def kept(self) -> bool:
        """Whether the advice is to leave the photo as it is."""
        return self.crops[0].kept

    @property
    def reasons(self) -> Sequence[str]:
        """Why this crop."""
        return self.crops[0].reasons

    @property
    def confidence(self) -> float | None:
        """Chance that an expert would crop nearer to this than to the whole, where known."""
        return self.crops[0].confidence

    @property
    def alternatives(self) -> Sequence[Candidate]:
        """Other crops, ranked and different from each other."""
        return self.crops[0].alternatives

    @property
    def notes(self) -> Sequence[str]:
        """What could not be done or was left out."""
        return self.report.notes

    @property
    def failures(self) -> Sequence[Failure]:
        """Parts that failed, with their status."""
        return self.report.failures

    @property
    def focal_point(self) -> Point:
        """Where the interest of the photo lies."""
        return self.report.focal_point

    @property
    def trace_id(self) -> str | None:
        """Name of the trace, for `cropsmith trace show`."""
        return self.report.trace_id

    def model_dump(
        self, *, mode: Literal["json", "python"] = "json", **options: Any
    ) -> dict[str, Any]:
        """Return the report as JSON-ready data; `--json` prints it."""
        return self.report.model_dump(mode=mode, **options)

    def model_dump_json(self, **options: Any) -> str:
        """Return the report as JSON text."""
        return self.report.model_dump_json(**options)

    def pixel_box(self, index: int = 0, alternative: int = 0) -> PixelBox:
        """Return the crop of shape `index` in pixels: the chosen one, or its n-th alternative.

        ArgumentError when there is none.
        """
        answer = self._shape(index)
        if alternative == 0:
            return answer.pixels
        check_number("alternative", alternative, len(answer.alternatives))
        return whole_pixels(answer.alternatives[alternative - 1].box, self.report.image)

    def _shape(self, index: int) -> Framed:
        check_number("index", index, len(self.crops) - 1)
        return self.crops[index]

    def render(
        self,
        index: int = 0,
        alternative: int = 0,
        *,
        format: str | None = None,
        **options: Unpack[FileOptions],
    ) -> Rendered:
        """Return the encoded crop, with what the request says of the file.

        At full resolution, or made smaller until it fits in `within`. `quality` (1 to 100),
        `most_bytes`, `keep` ("all", "credit", "none": of the metadata) and `gps` (whether the place
        stays) go before the words; `lossless` cuts a JPEG without decoding it.
        """
        box = self.pixel_box(index, alternative)
        return self.render_box(box, index, format=format, **options)

    def render_box(
        self,
        pixels: PixelBox,
        index: int = 0,
        *,
        format: str | None = None,
        **options: Unpack[FileOptions],
    ) -> Rendered:
        """Do what `render` does for a box of one's own, in whole pixels of the upright photo."""
        check_options(options)
        stated = self.report.intent.file
        wishes = stated.but(checked_keep(options.get("keep")), checked_gps(options.get("gps")))
        most = options.get("most_bytes") or wishes.most_bytes
        return render(
            self.photo,
            pixels,
            output=self.output(pixels, index, within=options.get("within")),
            format=format,
            lossless=options.get("lossless", False),
            quality=options.get("quality"),
            wishes=wishes.model_copy(update={"most_bytes": most}),
        )

    def output(self, pixels: PixelBox, index: int = 0, *, within: Size | None = None) -> Size:
        """Return the pixels of a file with a box of shape `index`, made to fit in `within`."""
        wanted, upscale = self._shape(index).target, self.report.intent.upscale
        size = output_size(pixels, wanted, upscale=upscale)
        return size if within is None else size.within(within)

    def save(
        self,
        path: str | Path,
        index: int = 0,
        alternative: int = 0,
        *,
        force: bool = False,
        **options: Unpack[FileOptions],
    ) -> Path:
        """Write the crop of shape `index`; OutputError if the file exists or cannot be written.

        The file's suffix chooses the format, the rest is as in `render`. Written whole or not at
        all; never over the input. Of a rejection (`verdict`) the nearest crop, which is not what
        was asked.
        """
        path = checked_path(path)
        check_options(options)  # the format is not among them
        rendered = self.render(
            index, alternative, format=path.suffix.lstrip(".") or None, **options
        )
        return write_image(rendered, path, photo=self.photo, force=force)

    def framing(
        self, index: int = 0, alternative: int = 0, *, within: Size | None = None
    ) -> Framing:
        """Return the crop of shape `index` as other programs need it; `within` as in `render`."""
        box = self.pixel_box(index, alternative)
        wanted: Size | None = self.output(box, index, within=within)
        photo, level = self.photo, self.photo.level
        size, focal = photo.upright.size, self.focal_point
        if level is not None:
            focal = level.upright_point(focal)
        if photo.raw is not None:  # what was framed is its preview
            size = photo.raw.size
            level = None if level is None else Level(upright=size, angle=level.angle)
            box = whole_pixels(box.normalised(photo.size), size if level is None else level.size)
            wanted = None
        return Framing(
            name=photo.name,
            photo=size,
            box=box if level is None else level.untilted(box),
            focal=focal,
            turn=photo.turn(),
            output=wanted,
            level=level,
            level_box=None if level is None else box,
        )

    def sidecar(self, kind: Sidecar | str, index: int = 0, alternative: int = 0) -> str:
        """Return the text of a sidecar: "xmp", "darktable", "iiif", "json" or "focal".

        Nothing is written; docs/sidecars.md has the names that programs expect.
        """
        return sidecar_text(checked_kind(kind), self.framing(index, alternative))

    def compare(self, index: int = 0, alternative: int = 0) -> Image.Image:
        """Return the photo with the crop drawn on it, the crop beside it, and what it changed."""
        picture = side_by_side(self.photo, self.pixel_box(index, alternative))
        return picture if alternative else beneath(picture, self._shape(index).changes)

    def chart(self, path: str | Path, index: int = 0) -> Path:
        """Write a chart of every element that the crop changed; SVG or a picture, by suffix."""
        path = checked_path(path)
        save(self._shape(index).changes, path)
        return path
