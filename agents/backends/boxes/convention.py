"""How a family of models speaks of boxes: a typed row of the table in `families`."""

from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field

from cropsmith.agents.backends.boxes.resize import AnyResize, Untouched, within
from cropsmith.tools.schema.geometry import Size
from cropsmith.tools.schema.values import Value

SIDE = 1024
"""Long side, in pixels, of the pictures shown by default."""


class Order(StrEnum):
    """Order of the four numbers."""

    XYXY = "xyxy"
    YXYX = "yxyx"


class Frame(StrEnum):
    """What the numbers are measured on. Origin top left, x right, y down."""

    FULL = "full image"
    SEEN = "seen pixels"
    """Pixels of the picture after the model's own resize."""
    PADDED = "padded square"
    """The picture padded equally on both sides to a square."""


class Notation(StrEnum):
    """How a box is written."""

    BBOX_2D = "bbox_2d"
    """JSON, four numbers under this key."""
    BOX_2D = "box_2d"
    """JSON, four numbers under this key."""
    BOX = "box"
    """JSON, four numbers under the asker's own key."""
    NAMED = "x_min"
    """JSON, an object of x_min, y_min, x_max, y_max."""
    QWEN_TAG = "<|box_start|>"
    BOX_TAG = "<box>[["
    BOX_SPACED = "<box>"
    BOX_PAIRS = "<box>("
    GLM_TAG = "<|begin_of_box|>"
    DET_TAG = "<|det|>"
    LOC_PADDED = "<loc0000>"
    """Four digits, PaliGemma."""
    LOC = "<loc_0>"
    """Florence-2."""
    POINT_TAG = "<point"
    """Molmo 1: two points, top left and bottom right."""
    POINTS_TAG = "<points"
    """Molmo 2: two points, frame, index, x, y."""


Standing = Literal["verified", "documented", "reported", "inferred", "unknown", "probed"]
"""What kind of evidence there is: a published measurement, the maker's documentation, code or word,
users in a public thread, one example or a sibling, nothing, our own probe."""


class Limits(Value):
    """What the model or its vendor takes per request."""

    # Calibrations kept by version 0.1 tell more, which nothing ever read.
    model_config = ConfigDict(extra="ignore")

    images: int = 40


class Convention(Value):
    """One family's way with boxes."""

    family: str
    order: Order = Order.XYXY
    extent: float | None = None
    """The number that stands for the far edge; None for pixels."""
    decimals: int = 0
    """Digits after the point that the family writes."""
    bins: bool = False
    """Numbers are bins: the value is the middle of bin n, (n + 0.5) / extent (Florence-2)."""
    frame: Frame = Frame.FULL
    notation: Notation = Notation.BOX
    chat: bool = True
    """Answers in JSON; False for models that write only their own box text."""
    resize: AnyResize = Field(default_factory=Untouched)
    limits: Limits = Limits()
    side: int = SIDE
    """Longest side sent."""
    standing: Standing
    source: str
    """Where the evidence is: an address, a repository's thread or file, a document."""
    date: str = ""
    """When that was said or measured, or read last: YYYY-MM, or YYYY-MM-DD."""

    @property
    def usable(self) -> bool:
        """Whether boxes may be asked without a probe."""
        return self.standing != "unknown"

    @property
    def label(self) -> str:
        """Name and source, as recorded in replies and traces."""
        origin = "probe" if self.standing == "probed" else "table"
        return f"{self.family} ({origin}, {self.standing})"

    def sent(self, size: Size) -> Size:
        """Return the size to send for a picture of `size`; at most `side` on the long side."""
        fitted = self.resize.send(within(size, self.side))
        # Rounding to the factor may pass the limit by some pixels: that is still a fixed point.
        return fitted

    def seen(self, sent: Size) -> Size:
        """Return what the model sees of a picture sent at `sent`."""
        return self.resize.seen(sent)
