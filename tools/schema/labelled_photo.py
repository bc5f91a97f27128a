"""The neutral record of a photo that people cropped: every dataset loader makes it."""

from collections.abc import Mapping

from pydantic import Field

from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Point, Size
from cropsmith.tools.schema.values import Value


class VotedPair(Value):
    """Two crops of one photo, and how many people preferred each."""

    first: Box
    second: Box
    for_first: int = Field(ge=0)
    for_second: int = Field(ge=0)


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
    subject: Box | None = None
    """Box of the subject (SACD's mask box, HCIC's person)."""
    subject_mask: str = ""
    """File of the subject's mask, where there is one."""
    attributes: Mapping[str, float] = Field(default_factory=dict)
    """Named ratings of the whole photo (AADB's eleven, -1..1)."""
    tags: tuple[str, ...] = ()
    """Scene and composition elements, as the dataset names them (CADB)."""
    source: str
    """The dataset: "fcdb", "gaicd", "personal"."""
    split: str = ""
    """train, val or test, as the dataset has it."""
    licence: str = ""
    """What is known of the photo's licence."""

    @property
    def subject_centre(self) -> Point | None:
        """Centre of the subject's box."""
        return self.subject.centre if self.subject else None
