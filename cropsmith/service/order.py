"""What a client sends: the photo's address or bytes, and what is wanted of it."""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field

from cropsmith.api import request_from
from cropsmith.errors import ArgumentError
from cropsmith.tools.schema.level import MOST
from cropsmith.tools.schema.request import CropRequest, NeverCut, Side, Tightness
from cropsmith.tools.schema.values import Value

Words = Annotated[str, Field(min_length=1, max_length=400)]
Corners = Annotated[
    list[Annotated[float, Field(ge=0, le=1, strict=True)]],
    Field(min_length=4, max_length=4, description="x1, y1, x2, y2 in 0..1 of the upright photo."),
]
Pixels = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$")]

Degrees = Annotated[float, Field(ge=-MOST, le=MOST, strict=True)]

URL = r"^https?://[^\s]+$"

WISHES = (
    "caption", "ratio", "size", "subject", "avoid", "never_cut", "copy_space", "keep_out",
    "subject_box", "min_size", "tightness", "margin", "n", "keep", "upscale",
    "straighten",
)  # fmt: skip
"""Fields that are arguments of `crop()`. None of them can name a file or a server."""


class Wish(Value):
    """A request in words, fields, or both; each field overrides the words."""

    text: str = Field(default="", max_length=4000, description="The request in plain words.")
    caption: str = Field(default="", max_length=4000, description="What the photo shows.")
    ratio: list[Words] = Field(default=[], max_length=12, description='"4:5", "square", ...')
    size: Pixels | None = Field(default=None, description="Exact output pixels.")
    subject: list[Words] = Field(default=[], max_length=20)
    avoid: list[Words] = Field(default=[], max_length=20)
    never_cut: list[NeverCut] = Field(default=[], max_length=4)
    copy_space: Side | None = None
    keep_out: list[Corners] = Field(default=[], max_length=20)
    subject_box: Corners | None = None
    min_size: Pixels | None = None
    tightness: Tightness | None = None
    margin: float | None = Field(default=None, ge=0, le=1, strict=True)
    n: int | None = Field(default=None, ge=1, le=20, strict=True, description="Of each shape.")
    keep: bool | None = Field(default=None, strict=True)
    upscale: bool = Field(default=False, strict=True)
    straighten: Literal["auto"] | Degrees | None = Field(
        default=None, description="Degrees to turn the photo by, clockwise; auto: by its lines."
    )
    model: str = Field(default="", max_length=200, description="Of GET /v1/models.")
    effort: Literal["quick", "standard", "thorough"] = "standard"
    format: Literal["", "jpeg", "png", "webp"] = Field(default="", description="Of the pictures.")

    def request(self) -> CropRequest:
        """Return the request. UsageError when it cannot be understood."""
        given: Any = {name: value for name in WISHES if (value := getattr(self, name)) is not None}
        return request_from(self.text, **{n: v for n, v in given.items() if v != []})

    def kept(self) -> str:
        """Return what a job keeps of it, as JSON: all but the photo's bytes."""
        how = {"image", "answer", "wait", "callback"}
        return self.model_dump_json(exclude=how, exclude_defaults=True)


class Sourced(Wish):
    """A wish about a photo on the web."""

    url: str = Field(max_length=2000, pattern=URL)


class Wanted(Wish):
    """A wish, and how it is to be answered; of a form, whose file is the photo."""

    answer: Literal["json", "picture", "both"] = "json"
    wait: bool = Field(default=True, strict=True, description="False: answer with a job at once.")
    callback: str | None = Field(
        default=None,
        max_length=2000,
        pattern=URL,
        description="Address that is sent the job when it ends, as a signed POST request.",
    )


ONE_PHOTO: Any = {
    "oneOf": [
        {"required": [given], "properties": {given: {"type": "string"}, other: {"type": "null"}}}
        for given, other in (("url", "image"), ("image", "url"))
    ]
}


class Order(Wanted):
    """A wish about a photo: its address, or its bytes."""

    model_config = ConfigDict(json_schema_extra=ONE_PHOTO)

    url: str | None = Field(default=None, max_length=2000, pattern=URL)
    image: str | None = Field(
        default=None,
        min_length=4,
        pattern=r"^[A-Za-z0-9+/]+={0,2}$",
        description="The photo in base64, where there is no url.",
    )


class Batch(Value):
    """Several orders that are done one after another, behind single ones."""

    orders: list[Order] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True)
class Asked:
    """A wish with its photo, whichever way it came."""

    wish: Wish
    photo: bytes | None
    """None for one that is to be fetched."""
    callback: str | None = None

    @classmethod
    def by(cls, order: Order) -> Self:
        """Return what an order asks; UsageError unless it has one photo."""
        if (order.url is None) == (order.image is None):
            raise ArgumentError("url", "or image must be given, and not both")
        if order.image is None:
            return cls(order, None, order.callback)
        try:
            return cls(order, base64.b64decode(order.image, validate=True), order.callback)
        except (binascii.Error, ValueError) as error:
            raise ArgumentError("image", "must be base64") from error


def digest_of(asked: Asked) -> str:
    """Return a hash of what is asked of which photo."""
    inner = hashlib.sha256(asked.photo or b"").hexdigest()
    told = f"\n{asked.callback}" if asked.callback else ""
    return hashlib.sha256(f"{inner}\n{asked.wish.kept()}{told}".encode()).hexdigest()
