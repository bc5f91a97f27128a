"""What the page sends: orders for crops, and what a person does with the answers."""

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
from cropsmith.studio.sittings.values import Take, Wanted
from cropsmith.tools.schema.request import CropRequest
from cropsmith.tools.schema.values import Value
from cropsmith.tools.sidecars.sidecar import Sidecar

OFFERED = [row for row in rows() if row.name not in ("model", "approve", "trace")]
"""Settings that the form offers; the model has a field of its own, the others are the studio's."""


class Order(Value):
    """Photos of a sitting are to be cropped."""

    wanted: Wanted
    entries: tuple[int, ...] | None = Field(default=None, max_length=10_000)
    """None for all, those that come later too."""


class Export(Value):
    """Accepted crops are to be taken away."""

    to: Literal["zip", "folder"] = "zip"
    sidecars: tuple[Sidecar, ...] = Field(default=(), max_length=5)
    pixels: bool = True
    """False for the sidecars alone."""


def request_of(wanted: Wanted) -> CropRequest:
    """Return the request. UsageError when it cannot be understood."""
    return request_from(
        wanted.text,
        caption=wanted.caption,
        ratio=wanted.ratios,
        n=wanted.alternatives,
        straighten=wanted.straighten,
    )


def parts_of(take: Take, studio: StudioSettings) -> Parts:
    """Return the parts of a run, whose trace lies in the studio's home. CropsmithError."""
    chosen = {"model": take.model, **in_lists(take.wanted.settings)}
    settings = find_settings(**chosen).settings
    return build_parts(settings, recorder=StoredTrace(studio.home))


def check(wanted: Wanted) -> None:
    """Refuse an order that no run could begin with. UsageError."""
    request_of(wanted)
    find_settings(**in_lists(wanted.settings))


def in_lists(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form sends with its words as a list, where a setting is one. UsageError."""
    kinds = {row.name: row.kind for row in OFFERED}
    if unknown := sorted(chosen.keys() - kinds.keys()):
        raise UsageError(f"The studio has no setting '{unknown[0][:40]}'.")
    return {n: str(v).split() if kinds[n] == "words" else v for n, v in chosen.items()}
