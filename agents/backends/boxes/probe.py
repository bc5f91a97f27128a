"""Working out how a model writes boxes, by showing it rectangles whose place is known."""

import datetime
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.answer_schema import answer_schema
from cropsmith.agents.backends.boxes.calibration import Calibration
from cropsmith.agents.backends.boxes.convention import Convention, Notation, Order
from cropsmith.agents.backends.boxes.family import family_of
from cropsmith.agents.backends.boxes.hypotheses import Sighting, known_as, verdict
from cropsmith.agents.backends.boxes.loose_json import NoJson, find_json
from cropsmith.agents.backends.boxes.native_box import NAMES, PATTERNS, find_numbers
from cropsmith.agents.backends.boxes.thoughts import spoken
from cropsmith.agents.backends.protocol.backend import Picture
from cropsmith.agents.backends.protocol.pictures import picture_of
from cropsmith.agents.backends.protocol.wire import (
    Finish,
    Wire,
    WireFault,
    WireMessage,
    WireRequest,
)
from cropsmith.errors import BackendError, CropsmithError
from cropsmith.prompts import render
from cropsmith.tools.schema.geometry import Box, Size

LONGEST = 20_000
"""Characters of an answer that are looked at: one box was asked for."""


class ProbeRefused(CropsmithError):
    """The answers do not show one way of writing boxes; nothing is stored."""


@dataclass(frozen=True)
class Target:
    """A picture to show: a plain rectangle at an asymmetric place on a calm background."""

    size: Size
    box: Box
    colour: str
    rgb: tuple[int, int, int]


TARGETS = (
    Target(
        Size(width=1500, height=620), Box(x1=0.58, y1=0.1, x2=0.9, y2=0.45), "red", (220, 30, 30)
    ),
    Target(
        Size(width=740, height=1180), Box(x1=0.12, y1=0.6, x2=0.47, y2=0.93), "blue", (30, 60, 220)
    ),
    Target(
        Size(width=3000, height=1900),
        Box(x1=0.05, y1=0.3, x2=0.3, y2=0.85),
        "green",
        (20, 160, 60),
    ),
    Target(
        Size(width=610, height=430), Box(x1=0.35, y1=0.55, x2=0.95, y2=0.8), "black", (10, 10, 10)
    ),
)
"""Non-square, upright and lying, sides above and below 1000 px; one that every budget shrinks."""


@dataclass(frozen=True)
class Shown:
    """A drawn target. `box` is where the rectangle lies to the pixel."""

    picture: Picture
    box: Box
    colour: str


@cache
def drawn(target: Target) -> Shown:
    """Draw a target; the rectangle's sides lie on whole pixels."""
    width, height = target.size.width, target.size.height
    shade = np.linspace(200, 230, width)[None, :, None] + np.linspace(0, 12, height)[:, None, None]
    pixels = np.repeat(shade, 3, axis=2).astype(np.uint8)
    left, right = round(target.box.x1 * width), round(target.box.x2 * width)
    top, bottom = round(target.box.y1 * height), round(target.box.y2 * height)
    pixels[top:bottom, left:right] = target.rgb
    box = Box(x1=left / width, y1=top / height, x2=right / width, y2=bottom / height)
    return Shown(picture_of(pixels), box, target.colour)


@dataclass(frozen=True)
class Written:
    """Four numbers in a model's own order, and the notation they were found in."""

    numbers: Sequence[float]
    notation: Notation


def written_box(text: str) -> Written | None:
    """Find the one box in a free answer, in whichever notation; None when there is none."""
    text = spoken(text).answer[:LONGEST]
    # Tags first: their brackets would be read as JSON too. The marks of each are its own.
    for notation in PATTERNS:
        if notation.value.rstrip("0123456789>[") in text:
            found = find_numbers(text, notation)
            if len(found) == 1:
                return Written(found[0], notation)
    try:
        value = find_json(text)
    except NoJson:
        numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
        return Written([float(n) for n in numbers], Notation.BOX) if len(numbers) == 4 else None
    return _in_json(value)


def _in_json(value: Any) -> Written | None:
    if isinstance(value, dict):
        if all(name in value for name in NAMES):
            return Written([float(value[name]) for name in NAMES], Notation.NAMED)
        for key, notation in [("bbox_2d", Notation.BBOX_2D), ("box_2d", Notation.BOX_2D)]:
            if key in value and (found := _in_json(value[key])) is not None:
                return Written(found.numbers, notation)
        inner = [found for item in value.values() if (found := _in_json(item)) is not None]
        return inner[0] if len(inner) == 1 else None
    if isinstance(value, list):
        if len(value) == 4 and all(isinstance(v, int | float) for v in value):
            return Written([float(v) for v in value], Notation.BOX)
        inner = [found for item in value if (found := _in_json(item)) is not None]
        return inner[0] if len(inner) == 1 else None
    return None


async def probe(
    wire: Wire, *, tell: Callable[[str], None] = lambda line: None, today: str = ""
) -> Calibration:
    """Show the targets and work out the convention. ProbeRefused when the answers disagree.

    `tell` gets one line per picture. Costs five short calls.
    """
    name = f"{wire.provider}/{wire.model}"
    sightings: list[Sighting] = []
    notations: list[Notation] = []
    for target in TARGETS:
        shown = drawn(target)
        text = await _answer(wire, shown)
        found = written_box(text)
        if found is None:
            raise ProbeRefused(
                f"{name} did not answer with one box, but with: {text[:120]!r}",
                hint="A model that writes no boxes can describe and compare, but not propose.",
            )
        size = shown.picture.size
        tell(f"{size.width} x {size.height}: {list(found.numbers)} for {_share(shown.box)}")
        sightings.append(Sighting(found.numbers, size, shown.box))
        notations.append(found.notation)
    best = verdict(sightings)
    if isinstance(best, str):
        raise ProbeRefused(
            f"How {name} writes boxes cannot be told. {best}",
            hint="Probe again, or choose another model.",
        )
    convention = known_as(best, sightings, family_of(wire.model))
    if convention.family == "probed":
        convention = _dressed(convention, sightings, notations)
    return Calibration(
        model=name,
        endpoint=wire.endpoint,
        date=today or datetime.date.today().isoformat(),
        convention=convention,
        mean_iou=round(best.iou, 4),
        schema_held=await _schema_held(wire, convention),
    )


def _dressed(
    convention: Convention, sightings: Sequence[Sighting], notations: Sequence[Notation]
) -> Convention:
    """Give a convention found by numbers alone the notation and digits that the model used."""
    notation = notations[0] if len(set(notations)) == 1 else Notation.BOX
    if notation is Notation.NAMED and convention.order is not Order.XYXY:
        notation = Notation.BOX
    whole = all(n == int(n) for seen in sightings for n in seen.numbers)
    return convention.model_copy(update={"notation": notation, "decimals": 0 if whole else 4})


def _share(box: Box) -> str:
    return "(" + ", ".join(f"{corner:.3f}" for corner in box.corners) + ")"


async def _answer(wire: Wire, shown: Shown) -> str:
    size = shown.picture.size
    prompt = render("probe/ask", colour=shown.colour, width=size.width, height=size.height)
    request = WireRequest(
        messages=[WireMessage("user", [shown.picture, prompt.text])],
        schema=None,
        max_tokens=512,
        seed=0,
    )
    try:
        reply = await wire.send(request)
    except WireFault as fault:
        # Once more: a stale connection, or a server that is still compiling.
        if not fault.retryable:
            raise
        reply = await wire.send(request)
    if reply.finish in (Finish.BLOCKED, Finish.REFUSED):
        raise ProbeRefused(f"{wire.provider}/{wire.model} declined to answer: {reply.reason}")
    return reply.text or reply.thoughts


class _Held(BaseModel):
    answer: Literal["held-to-the-schema"]


async def _schema_held(wire: Wire, convention: Convention) -> bool:
    """Tell whether the server holds answers to a schema: it must write words nobody would."""
    schema = answer_schema(_Held, convention, None, wire.dialect)
    request = WireRequest(
        messages=[WireMessage("user", ["Say hello."])], schema=schema, max_tokens=64, seed=0
    )
    try:
        reply = await wire.send(request)
        _Held.model_validate(json.loads(reply.text))
    except (ValueError, BackendError):
        # Not JSON, not the schema, or refused as a parameter: it is not held.
        return False
    return True
