"""What other agents may have done, as plain functions: the tools of `langchain` and the MCP server.

A photo is whatever `crop()` takes; who calls from outside checks first what it may be.
"""

import io
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from pydantic import Field

from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.result import Verdict
from cropsmith.tools.schema.values import Value

if TYPE_CHECKING:
    from cropsmith.agents.runs.crop_result import CropResult

SHOWN = 1024
"""Long side in pixels of the pictures that an agent is shown."""


class Wish(Value):
    """What is wanted of a photo."""

    text: str = Field(default="", max_length=4000, description="The request in plain words.")
    ratio: tuple[str, ...] = Field(
        default=(), max_length=12, description='Shapes: "4:5", "square", "Instagram portrait".'
    )
    size: str | None = Field(
        default=None, pattern=r"^\d{1,5}x\d{1,5}$", description="Exact pixels: 1080x1350."
    )
    n: int | None = Field(default=None, ge=1, le=20, description="Answers for each shape.")


class Answer(Value):
    """One crop."""

    shape: str
    box: Box
    """In 0..1 of the upright photo."""
    role: str = ""
    """What it is among several: "medium", "subject on the left"."""
    reasons: tuple[str, ...] = ()


class Chosen(Answer):
    """The crop that was chosen for a shape."""

    verdict: Verdict
    """crop; keep: the photo is best left alone; reject: no crop answers, this is the nearest."""
    pixels: PixelBox
    output: Size
    others: tuple[Answer, ...] = ()
    """Ranked, different from each other."""


class Cropped(Value):
    """What came of a request."""

    understood: str
    angle: float = 0.0
    """Degrees that the photo was turned by, clockwise: boxes lie on the straightened photo."""
    crops: tuple[Chosen, ...]
    notes: tuple[str, ...] = ()
    trace: str = ""
    """For `explain`."""
    saved: tuple[str, ...] = ()
    """Files that were written, one a shape."""


class Found(Value):
    """Where something is in a photo."""

    box: Box
    what: str
    source: str
    """Who says so."""
    confidence: float | None = None
    guessed: bool = False
    """It only stands in for what was asked."""


async def cropped(photo: object, wish: Wish, model: str = "builtin") -> "CropResult":
    """Crop a photo. Raises CropsmithError."""
    from cropsmith.api import acrop

    return await acrop(
        photo, wish.text, ratio=wish.ratio or None, size=wish.size, n=wish.n, model=model
    )


def told(result: "CropResult", saved: Sequence[str] = ()) -> Cropped:
    """Return a result as an agent reads it."""
    report = result.report
    return Cropped(
        understood=report.intent.read_back,
        angle=report.angle,
        notes=report.notes,
        trace=report.trace_id or "",
        saved=tuple(saved),
        crops=tuple(
            Chosen(
                shape=crop.target.name,
                box=crop.box,
                role=crop.role,
                reasons=crop.reasons,
                verdict=crop.verdict,
                pixels=crop.pixels,
                output=crop.output,
                others=tuple(
                    Answer(shape=crop.target.name, box=o.box, role=o.role, reasons=(o.reason,))
                    for o in crop.alternatives
                ),
            )
            for crop in report.crops
        ),
    )


def shown(result: "CropResult", index: int = 0) -> bytes:
    """Return a crop as a JPEG that is small enough to look at."""
    picture = result.picture(index)
    picture.thumbnail((SHOWN, SHOWN))
    file = io.BytesIO()
    picture.convert("RGB").save(file, "JPEG", quality=88)
    return file.getvalue()


async def found(photo: object, thing: str, model: str = "builtin") -> tuple[Found, ...]:
    """Return where a named thing is, as the run's own eyes see it. Raises CropsmithError."""
    from cropsmith.agents.runs.events import StepEnded
    from cropsmith.api import stream
    from cropsmith.tools.schema.evidence import Grounding

    events = stream(photo, "", subject=thing, model=model, trace=False)
    async with aclosing(events) as running:  # type: ignore[type-var]
        async for event in running:
            if isinstance(event, StepEnded) and event.step.node == "grounding":
                outputs = event.step.outputs
                grounding = Grounding.model_validate(outputs["grounding"])
                return tuple(
                    Found(
                        box=one.box,
                        what=one.phrase or one.label,
                        source=one.source,
                        confidence=one.confidence,
                        guessed=one.guessed,
                    )
                    for one in grounding.found
                )
    return ()


def explained(name: str) -> str:
    """Return the story of a run, in words, by its trace. UsageError if there is none."""
    from rich.console import Console

    from cropsmith.agents.trace.library import TraceLibrary
    from cropsmith.agents.trace.views.story import told as story

    page = io.StringIO()
    console = Console(
        file=page, markup=False, emoji=False, highlight=False, soft_wrap=True, no_color=True
    )
    console.print(story(TraceLibrary().read(name)))
    return page.getvalue()


def shapes() -> tuple[str, ...]:
    """Return every named shape: "instagram-portrait, 4:5, 1080x1350"."""
    from cropsmith.tools.language.presets import presets

    return tuple(
        ", ".join(
            [preset.key, str(preset.target.ratio)]
            + ([f"{preset.size[0]}x{preset.size[1]}"] if preset.size else [])
        )
        for preset in presets().values()
    )
