"""The numbers of a CLIPCropping model that its weights depend on: `config.json` of a checkpoint."""

from collections.abc import Mapping

from pydantic import Field, JsonValue

from cropsmith.tools.schema.values import Value
from cropsmith.tools.scorers.elements import Family

Three = tuple[float, float, float]


class Shape(Value):
    """Sizes of a `CropRater`; the defaults are the paper's where it prints them."""

    clip: str
    """The CLIP that it began as: open_clip's `MODEL:WEIGHTS`."""
    architecture: Mapping[str, JsonValue]
    """That CLIP in open_clip's words; its picture side is a ModifiedResNet."""
    mean: Three
    deviation: Three
    """Of red, green and blue, from 0 to 1: what pictures are normalised with."""
    families: tuple[Family, ...] = ()
    """The knowledge that it was taught."""
    heads: int = Field(8, ge=1)
    """Of the attention that pools each family's map."""
    squeeze: int = Field(16, ge=1)
    """How much narrower than its input the learner's hidden layer is (CoCoOp)."""
    channels: int = Field(32, ge=1)
    """Of the map that regions are cut from."""
    cells: int = Field(9, ge=1)
    """Rows and columns of a region (GAIC)."""
    hidden: int = Field(512, ge=1)
    """Width of the crop head's hidden layer."""
