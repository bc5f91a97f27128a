"""What `crop()` returns: the report, and the photo it is about, ready to be saved."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from cropsmith.tools.constraints.solver import output_size
from cropsmith.tools.drawing.overlay import side_by_side
from cropsmith.tools.explain.change_chart import beneath, save
from cropsmith.tools.images.output import write_image
from cropsmith.tools.images.photo import Photo
from cropsmith.tools.images.render import Rendered, render
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box, PixelBox, Point, whole_pixels
from cropsmith.tools.schema.result import CropReport, Failure, Framed


class CropResult:
    """The answer to one request. `report` holds the data; the properties are about the first shape.

    `box` is in [0, 1] and `pixels` in whole pixels, both on the EXIF-upright photo.
    """

    def __init__(self, report: CropReport, photo: Photo) -> None:
        self.report = report
        self.photo = photo

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
    def kept(self) -> bool:
        """Whether the advice is to leave the photo as it is."""
        return self.crops[0].kept

    @property
    def reasons(self) -> Sequence[str]:
        """Why this crop."""
        return self.crops[0].reasons

    @property
    def confidence(self) -> float | None:
        """Probability that a person prefers the crop to the original, where known."""
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

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """Return the report as JSON-ready data; `--json` prints it."""
        return self.report.model_dump(mode="json", **options)

    def pixel_box(self, index: int = 0, alternative: int = 0) -> PixelBox:
        """Return the crop of shape `index` in pixels: the chosen one, or its n-th alternative."""
        answer = self.crops[index]
        if alternative == 0:
            return answer.pixels
        return whole_pixels(answer.alternatives[alternative - 1].box, self.report.image)

    def render(
        self,
        index: int = 0,
        alternative: int = 0,
        *,
        format: str | None = None,
        lossless: bool = False,
    ) -> Rendered:
        """Return the encoded crop at full resolution, metadata kept."""
        pixels, wanted = self.pixel_box(index, alternative), self.crops[index].target
        output = output_size(pixels, wanted, upscale=self.report.intent.upscale)
        return render(self.photo, pixels, output=output, format=format, lossless=lossless)

    def save(
        self,
        path: str | Path,
        index: int = 0,
        alternative: int = 0,
        *,
        force: bool = False,
        lossless: bool = False,
    ) -> Path:
        """Write the crop of shape `index`; OutputError if the file exists or cannot be written.

        The file's suffix chooses the format. Written whole or not at all; never over the input.
        """
        path = Path(path)
        format = path.suffix.lstrip(".") or None
        rendered = self.render(index, alternative, format=format, lossless=lossless)
        return write_image(rendered, path, photo=self.photo, force=force)

    def compare(self, index: int = 0, alternative: int = 0) -> Image.Image:
        """Return the photo with the crop drawn on it, the crop beside it, and what it changed."""
        picture = side_by_side(self.photo, self.pixel_box(index, alternative))
        return picture if alternative else beneath(picture, self.crops[index].changes)

    def chart(self, path: str | Path, index: int = 0) -> Path:
        """Write a chart of every element that the crop changed; SVG or a picture, by suffix."""
        path = Path(path)
        save(self.crops[index].changes, path)
        return path
