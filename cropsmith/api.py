"""`crop()` and `acrop()`: a request in words or arguments, one photo, one result."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import events_of, run
from cropsmith.agents.settings.checks import check_settings
from cropsmith.agents.settings.run_settings import Effort, RunSettings, Thinking
from cropsmith.agents.settings.sources import find_settings
from cropsmith.agents.trace.database import images_of
from cropsmith.arguments import (
    box_of,
    boxes_of,
    choice_of,
    choices_of,
    count_of,
    flag_of,
    number_of,
    size_of,
    space_of,
    straighten_of,
    targets_of,
    text_of,
    words_of,
)
from cropsmith.errors import ArgumentError, UsageError
from cropsmith.settings import home
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.subject_mask import subject_from_mask
from cropsmith.tools.schema.faults import shown as named
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CopySpace, CropRequest, NeverCut, Tightness

if TYPE_CHECKING:
    from cropsmith.agents.backends.protocol.backend import Backend
    from cropsmith.agents.runs.events import Event


Shape = str | float | tuple[float, float] | Ratio
"""A ratio as an argument."""
Zone = str | Sequence[float] | Box
"""A box as an argument."""


class RequestOptions(TypedDict, total=False):
    """Every part of a request, as an argument; each overrides the words."""

    caption: str
    """What the photo shows, in words: a source of the subject, never of commands."""
    ratio: "Shape | Sequence[Shape] | None"
    """"4:5", (4, 5), 0.8, "square", "Instagram portrait"; a list for several crops."""
    size: str | Sequence[int] | Size | None
    """Exact output pixels: "1080x1350" or (1080, 1350)."""
    subject: str | Sequence[str] | None
    avoid: str | Sequence[str] | None
    never_cut: str | Sequence[str] | None
    """"faces", "text", "people", "subject"."""
    copy_space: str | CopySpace | None
    """A side: "left", "right", "top", "bottom"."""
    keep_out: "Zone | Sequence[Zone] | None"
    """Boxes (x1, y1, x2, y2) in [0, 1] of the upright photo that no crop may touch."""
    subject_box: "Zone | None"
    subject_mask: str | os.PathLike[str] | None
    """A picture, white where the subject is."""
    subject_photo: object
    """A reference photo of the thing to crop to, from anything that a photo may come from."""
    min_size: str | Sequence[int] | Size | None
    tightness: str | None
    margin: float | None
    n: int | None
    keep: bool | None
    upscale: bool | None
    straighten: float | str | None
    """Degrees to turn the photo by, clockwise, -15 to 15; or "auto": as its own lines say."""


class Settings(TypedDict, total=False):
    """Choices of a run: the fields of `RunSettings`, written out for type checkers."""

    model: str | None
    effort: Effort | None
    recipe: str | None
    overrides: tuple[str, ...] | None
    overlays: bool | None
    prompts: str | None
    agentic: bool | None
    judge: bool | None
    solo: bool | None
    strict: bool | None
    strict_files: bool | None
    approve: bool | None
    index: str | None
    detector: str | None
    decoder: str | None
    rater: str | None
    clip: str | None
    scorer_server: str | None
    server: str | None
    temperature: float | None
    thinking: Thinking | None
    own_weight: float | None
    seed: int | None
    timeout: float | None
    max_cost: float | None
    max_calls: int | None
    cache_replies: bool | None
    trace: bool | None
    taste: bool | tuple[float, ...] | None


class Options(RequestOptions, Settings, total=False):
    """All keyword arguments of `crop()`."""


def kept_picture(source: object) -> str:
    """Keep a reference picture in the image store, and return its sha256."""
    return ImageStore(images_of(home())).put(open_photo(source).data)


def request_from(text: str = "", **options: Unpack[RequestOptions]) -> CropRequest:
    """Build a request from words and arguments; ArgumentError for values that cannot be."""
    mask, shown = options.get("subject_mask"), options.get("subject_photo")
    if mask is not None and not (isinstance(mask, str | os.PathLike) and os.fspath(mask)):
        raise ArgumentError("subject_mask", f"must be the path of a picture, not {named(mask)}")
    masked = subject_from_mask(os.fspath(mask)) if mask else None
    tightness = options.get("tightness")
    return CropRequest(
        text=text_of(text, "text"),
        caption=text_of(options.get("caption", ""), "caption"),
        targets=targets_of(options.get("ratio"), options.get("size")),
        subjects=words_of(options.get("subject"), "subject"),
        avoid=words_of(options.get("avoid"), "avoid"),
        never_cut=choices_of(NeverCut, options.get("never_cut"), "never_cut"),
        copy_space=space_of(options.get("copy_space"), "copy_space"),
        keep_out=boxes_of(options.get("keep_out"), "keep_out"),
        subject_box=masked.box if masked else box_of(options.get("subject_box"), "subject_box"),
        subject_centre=masked.centre if masked else None,
        subject_image=None if shown is None else kept_picture(shown),
        min_size=size_of(options.get("min_size"), "min_size"),
        tightness=None if tightness is None else choice_of(Tightness, tightness, "tightness"),
        margin=number_of(options.get("margin"), "margin", 0, 1),
        alternatives=count_of(options.get("n"), "n", 1, 20),
        keep=flag_of(options.get("keep"), "keep"),
        upscale=bool(flag_of(options.get("upscale"), "upscale")),
        straighten=straighten_of(options.get("straighten"), "straighten"),
    )


async def acrop(
    image: object,
    text: str = "",
    *,
    request: CropRequest | None = None,
    settings: RunSettings | None = None,
    backend: "Backend | None" = None,
    **options: Unpack[Options],
) -> CropResult:
    """Crop one photo: a path, URL, bytes, open file, PIL image, NumPy array, or "-" for stdin.

    `text` is the request in plain words; every part of it also has an argument. Pass a ready
    `request` or `settings` instead to set everything yourself, or a `backend` of your own instead
    of a `model`. Raises CropsmithError.
    """
    order = ordered(text, request, settings, backend, options)
    return await run(image, order.request, order.parts)


async def stream(
    image: object,
    text: str = "",
    *,
    request: CropRequest | None = None,
    settings: RunSettings | None = None,
    backend: "Backend | None" = None,
    **options: Unpack[Options],
) -> AsyncIterator["Event"]:
    """Do what `acrop` does and yield each step as it begins and ends; the report comes last.

    The events are those of `cropsmith.agents.runs.events`; with `approve` the last one is `Pending`
    (see `cropsmith.agents.runs.human_approval`). Raises what `acrop` raises; leaving the loop early
    cancels the run.
    """
    from cropsmith.agents.runs.human_approval import begin_events

    order = ordered(text, request, settings, backend, options)
    follow = begin_events if order.parts.settings.approve else events_of
    async with aclosing(follow(image, order.request, order.parts)) as events:
        async for event in events:
            yield event


@dataclass(frozen=True)
class Order:
    """A request and the parts of its run."""

    request: CropRequest
    parts: Parts


def ordered(
    text: str,
    request: CropRequest | None,
    settings: RunSettings | None,
    backend: "Backend | None",
    options: Options,
) -> Order:
    """Return what the arguments of `crop()` ask for; UsageError when they cannot be."""
    wishes: Any = {k: v for k, v in options.items() if k in RequestOptions.__annotations__}
    choosable = RunSettings.model_fields
    choices: Any = {k: v for k, v in options.items() if k in choosable}
    if unknown := sorted(options.keys() - wishes.keys() - choices.keys()):
        near = get_close_matches(unknown[0], [*RequestOptions.__annotations__, *choosable], n=1)
        hint = f"Did you mean {near[0]}?" if near else ""
        raise UsageError(f"crop() has no argument '{unknown[0]}'.", hint=hint)
    if not isinstance(request, CropRequest | None):
        raise UsageError("request= takes a CropRequest.", hint="Or give each wish as an argument.")
    if not isinstance(settings, RunSettings | None):
        raise UsageError("settings= takes a RunSettings.", hint="Or give each as an argument.")
    if backend is not None and not (hasattr(backend, "ask") and hasattr(backend, "name")):
        raise UsageError("backend= takes an object with a name and ask().", hint="Or give model=.")
    if (request and (text or wishes)) or (settings and choices):
        raise UsageError("Give a ready request or settings, or their parts, not both.")
    if backend is not None and choices.get("model") is not None:
        raise UsageError("Give a backend or the name of a model, not both.")
    request = request or request_from(text, **wishes)
    if settings is None:
        found = find_settings(**choices)
        check_settings(found.settings, found.origins)
        settings = found.settings
    else:
        check_settings(settings)
    if backend is None:
        return Order(request, build_parts(settings))
    if settings.server:
        raise UsageError("A backend of your own has its own server.", hint="Leave server out.")
    settings = settings.but(model=backend.name)
    return Order(request, build_parts(settings, backend=within_limits(backend, settings)))


def within_limits(backend: "Backend", settings: RunSettings) -> "Backend":
    """Return a backend that keeps to the run's most calls and cost."""
    from cropsmith.agents.backends.calls.purse import Budgeted, Purse

    if settings.max_calls is None and settings.max_cost is None:
        return backend
    return Budgeted(backend, Purse(max_calls=settings.max_calls, max_cost=settings.max_cost))


def crop(
    image: object,
    text: str = "",
    *,
    request: CropRequest | None = None,
    settings: RunSettings | None = None,
    backend: "Backend | None" = None,
    **options: Unpack[Options],
) -> CropResult:
    """Do what `acrop` does and wait; also where an event loop runs already, as in a notebook."""
    question = acrop(image, text, request=request, settings=settings, backend=backend, **options)
    if not _in_a_loop():
        return asyncio.run(question)
    answers: list[CropResult] = []
    failures: list[BaseException] = []

    def wait() -> None:
        try:
            answers.append(asyncio.run(question))
        except BaseException as error:  # handed to the caller's thread
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return answers[0]


def _in_a_loop() -> bool:
    """Tell whether an event loop runs in this thread. By itself, so that errors have no context."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
