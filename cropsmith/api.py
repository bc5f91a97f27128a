"""`crop()` and `acrop()`: a request in words or arguments, one photo, one result."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from pydantic import ValidationError

from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import events_of, run
from cropsmith.agents.settings.run_settings import Effort, RunSettings
from cropsmith.agents.settings.sources import find_settings
from cropsmith.agents.trace.database import images_of
from cropsmith.errors import UsageError
from cropsmith.settings import home
from cropsmith.tools.images.image_store import ImageStore
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.images.subject_mask import subject_from_mask
from cropsmith.tools.language.shapes import target_named
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CopySpace, CropRequest, NeverCut, Side, Target, Tightness

if TYPE_CHECKING:
    from cropsmith.agents.backends.protocol.backend import Backend
    from cropsmith.agents.runs.events import Event


class RequestOptions(TypedDict, total=False):
    """Every part of a request, as an argument; each overrides the words."""

    ratio: str | Ratio | Sequence[str | Ratio] | None
    """"4:5", "square", "Instagram portrait"; several for several crops."""
    size: str | Sequence[int] | Size | None
    """Exact output pixels: "1080x1350" or (1080, 1350)."""
    subject: str | Sequence[str] | None
    avoid: str | Sequence[str] | None
    never_cut: Sequence[str]
    copy_space: str | CopySpace | None
    """A side: "left", "right", "top", "bottom"."""
    keep_out: Sequence[Box]
    subject_box: Box | None
    subject_mask: str | Path | None
    """A picture, white where the subject is."""
    subject_photo: str | Path | None
    """A reference photo of the thing to crop to."""
    min_size: str | Sequence[int] | Size | None
    tightness: str | None
    margin: float | None
    n: int | None
    keep: bool | None
    upscale: bool


class Settings(TypedDict, total=False):
    """Choices of a run: the fields of `RunSettings`, written out for type checkers."""

    model: str | None
    effort: Effort | None
    recipe: str | None
    overrides: tuple[str, ...] | None
    overlays: bool | None
    agentic: bool | None
    judge: bool | None
    solo: bool | None
    strict: bool | None
    approve: bool | None
    index: str | None
    detector: str | None
    clip: str | None
    scorer_server: str | None
    server: str | None
    temperature: float | None
    seed: int | None
    timeout: float | None
    max_cost: float | None
    max_calls: int | None
    cache_replies: bool | None
    trace: bool | None
    taste: bool | tuple[float, ...] | None


class Options(RequestOptions, Settings, total=False):
    """All keyword arguments of `crop()`."""


def several(given: Any) -> tuple[Any, ...]:
    """Return one thing or many as a tuple; None is none."""
    if given is None:
        return ()
    if isinstance(given, str | Ratio) or not isinstance(given, Iterable):
        return (given,)
    return tuple(given)


def size_of(given: str | Sequence[int] | Size | None) -> Size | None:
    """Read "1080x1350" or (1080, 1350); UsageError otherwise."""
    if given is None or isinstance(given, Size):
        return given
    parts = given.lower().replace("×", "x").split("x") if isinstance(given, str) else given
    try:
        width, height = (int(part) for part in parts)
        return Size(width=width, height=height)
    except (ValueError, TypeError) as error:
        message = f"'{given}' is not a size."
        raise UsageError(message, hint="Write it as WIDTHxHEIGHT in pixels: 1080x1350.") from error


def targets_of(ratio: Any, size: Any) -> tuple[Target, ...]:
    """Return the asked shapes."""
    targets = [
        Target(name=str(one), ratio=one) if isinstance(one, Ratio) else target_named(str(one))
        for one in several(ratio)
    ]
    if pixels := size_of(size):
        asked = Ratio.of_size(pixels)
        name = f"{pixels.width}x{pixels.height}"
        if len(targets) > 1 or (targets and targets[0].ratio not in (None, asked)):
            raise UsageError(f"The size {name} does not have the ratio asked for.")
        targets = [Target(name=name, ratio=asked, size=pixels)]
    return tuple(targets)


def choice(kind: type[Any], value: str, what: str) -> Any:
    """Return the member of an enumeration; UsageError with the choices."""
    try:
        return kind(value)
    except ValueError as error:
        names = ", ".join(member.value for member in kind)
        raise UsageError(f"'{value}' is not a {what}.", hint=f"Choose from: {names}.") from error


def kept_picture(path: str | Path) -> str:
    """Keep a reference picture in the image store, and return its sha256."""
    return ImageStore(images_of(home())).put(open_photo(path).data)


def request_from(text: str = "", **options: Unpack[RequestOptions]) -> CropRequest:
    """Build a request from words and arguments; UsageError for values that cannot be."""
    space = options.get("copy_space")
    mask, shown = options.get("subject_mask"), options.get("subject_photo")
    tightness = options.get("tightness")
    return checked_request(
        text=text,
        targets=targets_of(options.get("ratio"), options.get("size")),
        subjects=several(options.get("subject")),
        avoid=several(options.get("avoid")),
        never_cut=tuple(
            choice(NeverCut, kind, "kind of thing never to cut")
            for kind in several(options.get("never_cut"))
        ),
        copy_space=CopySpace(side=choice(Side, space, "side")) if isinstance(space, str) else space,
        keep_out=tuple(options.get("keep_out", ())),
        subject_box=subject_from_mask(mask) if mask else options.get("subject_box"),
        subject_image=kept_picture(shown) if shown else None,
        min_size=size_of(options.get("min_size")),
        tightness=choice(Tightness, tightness, "tightness") if tightness else None,
        margin=options.get("margin"),
        alternatives=options.get("n"),
        keep=options.get("keep"),
        upscale=options.get("upscale", False),
    )


def checked_request(**values: Any) -> CropRequest:
    """Return the request; UsageError names the first value that cannot be."""
    try:
        return CropRequest(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = {"alternatives": "n"}.get(str(first["loc"][0]), str(first["loc"][0]))
        reason = first["msg"].removeprefix("Input ").removeprefix("Value error, ")
        raise UsageError(f"{name} cannot be {str(first['input'])[:60]!r}: it {reason}.") from error


async def acrop(
    image: object,
    text: str = "",
    *,
    request: CropRequest | None = None,
    settings: RunSettings | None = None,
    backend: "Backend | None" = None,
    **options: Unpack[Options],
) -> CropResult:
    """Crop one photo: a path, URL, bytes, PIL image, NumPy array, or "-" for stdin.

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
    choices: Any = {k: v for k, v in options.items() if k in RunSettings.model_fields}
    if unknown := sorted(options.keys() - wishes.keys() - choices.keys()):
        raise UsageError(f"crop() has no argument '{unknown[0]}'.")
    if not isinstance(settings, RunSettings | None):
        raise UsageError("settings= takes a RunSettings.", hint="Or give each as an argument.")
    if backend is not None and not (hasattr(backend, "ask") and hasattr(backend, "name")):
        raise UsageError("backend= takes an object with a name and ask().", hint="Or give model=.")
    if (request and (text or wishes)) or (settings and choices):
        raise UsageError("Give a ready request or settings, or their parts, not both.")
    if backend is not None and choices.get("model") is not None:
        raise UsageError("Give a backend or the name of a model, not both.")
    request = request or request_from(text, **wishes)
    settings = settings or find_settings(**choices).settings
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
    try:
        asyncio.get_running_loop()
    except RuntimeError:
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
