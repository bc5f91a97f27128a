"""What the page sends: an order for a crop, and a person's verdict on it."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.settings.rows import rows
from cropsmith.agents.settings.sources import find_settings
from cropsmith.agents.trace.store import StoredTrace
from cropsmith.api import request_from
from cropsmith.errors import UsageError
from cropsmith.studio.settings import StudioSettings
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.values import Value

SHA256 = r"^[0-9a-f]{64}$"

OFFERED = [row for row in rows() if row.name not in ("model", "approve", "trace")]
"""Settings that the form offers; the model has a field of its own, the others are the studio's."""


class Order(Value):
    """A photo, what is wanted of it, and who is to do it."""

    photo: str = Field(pattern=SHA256)
    name: str = Field(default="", max_length=300)
    text: str = Field(default="", max_length=4000)
    ratios: tuple[str, ...] = Field(default=(), max_length=12)
    model: str = Field(default="builtin", max_length=200)
    settings: dict[str, str | float | bool | None] = Field(default_factory=dict, max_length=40)
    """Settings of a run that were changed in the form (docs/settings.md)."""
    alternatives: int = Field(default=3, ge=1, le=12)

    def request(self) -> CropRequest:
        """Return the request. UsageError when it cannot be understood."""
        return request_from(self.text, ratio=self.ratios, n=self.alternatives)

    def parts(self, studio: StudioSettings) -> Parts:
        """Return the parts of its run, whose trace lies in the studio's home."""
        chosen = {"model": self.model or studio.model, **in_lists(self.settings)}
        settings = find_settings(**chosen).settings
        return build_parts(settings, recorder=StoredTrace(studio.home))


def in_lists(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form sends with its words as a list, where a setting is one. UsageError."""
    kinds = {row.name: row.kind for row in OFFERED}
    if unknown := sorted(chosen.keys() - kinds.keys()):
        raise UsageError(f"The studio has no setting '{unknown[0][:40]}'.")
    return {n: str(v).split() if kinds[n] == "words" else v for n, v in chosen.items()}


class Judgement(Value):
    """A person accepts a crop, perhaps corrected, or rejects it."""

    trace: str = Field(pattern=r"^[0-9a-f]{12}$")
    target: int = Field(ge=0, le=100)
    box: Box
    """The crop as it stands in the editor."""
    accepted: bool


class Piece(Value):
    """A crop to download."""

    trace: str = Field(pattern=r"^[0-9a-f]{12}$")
    target: int = Field(ge=0, le=100)
    box: Box
    format: Literal["", "jpeg", "png", "webp"] = ""
