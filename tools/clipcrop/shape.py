"""The numbers of a decoder that its weights depend on: what `config.json` of a checkpoint holds."""

from typing import Literal

from pydantic import Field, model_validator

from cropsmith.tools.schema.values import Value


class Shape(Value):
    """Sizes of a `CropDecoder`; the defaults are ClipCrop's where it prints them, else DETR's."""

    backbone: str
    """Whose tokens it reads: "eye", or the name of an OWL model."""
    channels: int = Field(ge=1)
    """Width of a token."""
    width: int = Field(256, ge=8)
    heads: int = Field(8, ge=1)
    layers: int = Field(6, ge=1, le=24)
    feedforward: int = Field(2048, ge=8)
    outputs: int = Field(90, ge=1, le=900)
    dropout: float = Field(0.1, ge=0, lt=1)
    parametrisation: Literal["corners", "cxcywh"] = "corners"
    """What the offsets are of; the paper does not say."""

    @model_validator(mode="after")
    def _divisible(self) -> "Shape":
        if self.width % self.heads or self.width % 4:
            raise ValueError(f"a width of {self.width} is not divisible by 4 and {self.heads}")
        return self
