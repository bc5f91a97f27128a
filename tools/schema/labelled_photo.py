"""The neutral record of a photo that people cropped: every dataset loader makes it."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.values import Value


class VotedPair(Value):
    """Two crops of one photo, and how many people preferred each."""

    first: Box
    second: Box
    for_first: int = Field(ge=0)
    for_second: int = Field(ge=0)


class Asked(Value):
    """A request whose answer can be checked without anybody's taste."""

    wish: Literal["named", "without", "space"]
    """The thing; all but the thing; room on a side of the thing."""
    ratio: Ratio
    thing: Box
    """What is named, left out, or set beside free room."""
    other: Box | None = None
    """The main thing that must stay where another is left out."""
    side: Literal["", "left", "right"] = ""
    possible: bool = True
    """Whether any crop of the ratio answers it."""


class LabelledPhoto(Value):
    """A photo with the crops people made, scored or voted for.

    Boxes are normalised on the EXIF-upright photo like every box inside the package; loaders clamp
    what overruns by a pixel or two. `box.x1 * size.width` gives the dataset's pixels back.
    """

    name: str
    """Unique within the dataset: the file name, or the file name and the text's number."""
    path: str
    """The image file; it may be missing, since labels travel without photos."""
    size: Size | None = None
    """Upright pixels; None when neither labels nor photo tell."""
    crops: tuple[ExpertCrop, ...] = ()
    """Best first where there are scores; a score is the dataset's own (GAICD: MOS 1-5)."""
    votes: tuple[VotedPair, ...] = ()
    text: str = ""
    """The wish or caption that the crops answer."""
    described: bool = False
    """The text is a caption, not a request."""
    subject: Box | None = None
    """Box of the subject (SACD's mask box, HCIC's person)."""
    subject_mask: str = ""
    """File of the subject's mask, where there is one."""
    attributes: Mapping[str, float] = Field(default_factory=dict)
    """Named ratings of the whole photo (AADB's eleven, -1..1)."""
    asked: Asked | None = None
    """What `text` asks for, where that can be checked."""
    advice: Literal["", "keep", "refine", "reject"] = ""
    """What people would do with the photo, where they were asked that."""
    tags: tuple[str, ...] = ()
    """Scene, as the dataset names it, and composition elements, as `Element` does (CADB)."""
    elements: Mapping[str, tuple[tuple[float, ...], ...]] = Field(default_factory=dict)
    """Composition elements by their names in `Element`, each with what people drew of it: x, y in
    turn, normalised. Two opposite corners of a box for center, rule of thirds and golden ratio, the
    points of a line for the others. Nothing is drawn where the photo's size is not known."""
    source: str
    """The dataset: "fcdb", "gaicd", "personal"."""
    split: str = ""
    """train, val or test, as the dataset has it."""
    licence: str = ""
    """What is known of the photo's licence."""
