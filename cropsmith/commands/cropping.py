"""What `cropsmith crop` does with each photo: decide, write, tell; many photos on all cores."""

import asyncio
import concurrent.futures
import glob
import itertools
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.commands.telling import told
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.images.output import check_output, crop_path, write_image, write_picture
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.plain_text import visible_line
from cropsmith.tools.schema.request import CropRequest

PHOTO_SUFFIXES = {
    ".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".gif", ".bmp",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Where and how the crops of a command go."""

    out: Path | None = None
    format: str | None = None
    lossless: bool = False
    compare: bool = False
    force: bool = False
    dry_run: bool = False
    inputs: frozenset[str] = frozenset()
    """Real paths of all photos of the command, which no crop may overwrite."""
    json: bool = False
    show: bool = False


@dataclass(frozen=True)
class Plan:
    """One file to write: which shape, which of its answers (0 is the chosen one), where."""

    index: int
    alternative: int
    path: Path


@dataclass(frozen=True)
class Outcome:
    """What became of one photo; picklable, so that worker processes can return it."""

    photo: str
    lines: Sequence[str]
    report: object = None
    exit_code: int = 0


def looks_like_photo(argument: str) -> bool:
    """Tell whether an argument names a photo, rather than being the request."""
    return (
        argument == "-"
        or argument.startswith(("http://", "https://"))
        or os.path.exists(argument)
        or Path(argument).suffix.lower() in PHOTO_SUFFIXES
        or (glob.has_magic(argument) and bool(glob.glob(argument)))
    )


def read_arguments(arguments: Sequence[str], request: str) -> tuple[list[str], str]:
    """Split photos from the request; UsageError for a pattern without files."""
    words = request
    if not words and len(arguments) > 1 and not looks_like_photo(arguments[-1]):
        *arguments, words = arguments
    photos: list[str] = []
    for argument in arguments:
        if glob.has_magic(argument) and not os.path.exists(argument):
            found = sorted(glob.glob(argument, recursive=True))
            if not found:
                raise UsageError(f"No file matches {argument}.")
            photos += found
        else:
            photos.append(argument)
    return list(dict.fromkeys(photos)), words


def read_box(text: str) -> Box:
    """Read "x1,y1,x2,y2" in 0..1; UsageError otherwise."""
    try:
        x1, y1, x2, y2 = (float(part) for part in text.split(","))
        return Box(x1=x1, y1=y1, x2=x2, y2=y2)
    except ValueError as error:
        message = f"'{text}' is not a box."
        hint = "Write it as x1,y1,x2,y2 in 0..1 of the upright photo: 0.1,0.2,0.6,0.9."
        raise UsageError(message, hint=hint) from error


def deliver(result: CropResult, delivery: Delivery, many: bool) -> list[Path]:
    """Write what was asked for, after checking that all of it can be written.

    What the files could not keep, or how a lossless one differs, joins the notes of the result.
    """
    if delivery.dry_run:
        return []
    photo, written, notes = result.photo, [], list(result.notes)
    plans = list(planned(result, delivery, many))
    for plan in plans:
        check_output(plan.path, photo=photo, force=delivery.force, inputs=delivery.inputs)
    for plan in plans:
        format = delivery.format or plan.path.suffix.lstrip(".")
        rendered = result.render(
            plan.index, plan.alternative, format=format, lossless=delivery.lossless
        )
        written.append(write_image(rendered, plan.path, photo=photo, force=delivery.force))
        notes += rendered.notes
        if delivery.compare:
            beside = plan.path.with_name(f"{plan.path.stem}-compare.jpg")
            picture = result.compare(plan.index, plan.alternative)
            inputs = delivery.inputs
            written.append(write_picture(picture, beside, force=delivery.force, inputs=inputs))
    result.report = result.report.model_copy(update={"notes": tuple(dict.fromkeys(notes))})
    return written


def planned(result: CropResult, delivery: Delivery, many: bool) -> Iterator[Plan]:
    """Yield the files to write: every shape, and as many answers of each as were asked for."""
    for index, shape in enumerate(shapes(result)):
        answers = min(result.report.intent.alternatives, 1 + len(result.crops[index].alternatives))
        for alternative in range(answers):
            mark = "-".join(filter(None, [shape, str(alternative + 1) if alternative else ""]))
            path = crop_path(result.photo, delivery.out, mark, format=delivery.format, many=many)
            yield Plan(index, alternative, path)


def shapes(result: CropResult) -> list[str]:
    """Return the name that tells each shape's file apart; empty when there is one shape."""
    if len(result.crops) == 1:
        return [""]
    return [str(c.target.ratio or c.target.name or n) for n, c in enumerate(result.crops, 1)]


def crop_one(
    photo: str, request: CropRequest, settings: RunSettings, delivery: Delivery, many: bool
) -> Outcome:
    """Crop one photo and write the crop; an error that a person can cause becomes its outcome."""
    try:
        return delivered(asyncio.run(run(photo, request, build_parts(settings))), delivery, many)
    except CropsmithError as error:
        where = "" if Path(photo).name in str(error) else f"{photo}: "
        return Outcome(photo, [f"cropsmith: {where}{error}"], exit_code=error.exit_code)


def delivered(result: CropResult, delivery: Delivery, many: bool) -> Outcome:
    """Write the crops of a result, show them if asked, and tell of them."""
    written = deliver(result, delivery, many)
    if delivery.show and written:
        import webbrowser

        webbrowser.open(written[0].absolute().as_uri())
    lines = [*told(result), *(f"  wrote     {path}" for path in written)]
    return Outcome(result.report.source, lines, report=result.model_dump())


def outcomes(
    photos: Sequence[str],
    request: CropRequest,
    settings: RunSettings,
    delivery: Delivery,
    jobs: int,
) -> Iterator[Outcome]:
    """Yield one outcome per photo, in order; the built-in photographer uses all cores."""
    many = len(photos) > 1
    workers = min(len(photos), jobs or os.cpu_count() or 1)
    if workers == 1:
        for photo in photos:
            yield crop_one(photo, request, settings, delivery, many)
        return
    # Processes for the built-in eyes, which are bound by the CPU; threads wait for models.
    pool: concurrent.futures.Executor
    if settings.model == "builtin":
        pool = concurrent.futures.ProcessPoolExecutor(workers)
    else:
        pool = concurrent.futures.ThreadPoolExecutor(workers)
    with pool:
        rest = iter(photos)
        waiting = [
            pool.submit(crop_one, photo, request, settings, delivery, many)
            for photo in itertools.islice(rest, 2 * workers)
        ]
        while waiting:
            yield waiting.pop(0).result()
            for photo in rest:
                waiting.append(pool.submit(crop_one, photo, request, settings, delivery, many))
                break


def check_folder(photos: Sequence[str], out: Path) -> None:
    """UsageError when several photos would go to one file."""
    if out.suffix and not out.is_dir():
        raise UsageError("Several photos need a folder to write to.", hint="Give -o FOLDER.")
    seen: dict[str, str] = {}
    for photo in photos:
        if (other := seen.setdefault(Path(photo).stem, photo)) != photo:
            raise UsageError(
                f"{other} and {photo} would be written to one file.",
                hint="Crop them into folders of their own.",
            )


def crop_all(
    photos: Sequence[str],
    request: CropRequest,
    settings: RunSettings,
    delivery: Delivery,
    jobs: int,
) -> int:
    """Crop every photo, print each outcome as it comes, return the worst exit code."""
    if len(photos) > 1 and delivery.out is not None:
        check_folder(photos, delivery.out)
    real = frozenset(os.path.realpath(photo) for photo in photos if os.path.exists(photo))
    delivery = replace(delivery, inputs=real)
    worst, reports = 0, []
    for outcome in outcomes(photos, request, settings, delivery, jobs):
        worst = max(worst, outcome.exit_code)
        if outcome.exit_code:
            print(*map(visible_line, outcome.lines), sep="\n", file=sys.stderr)
        elif delivery.json:
            reports.append(outcome.report)
        else:
            print(*map(visible_line, outcome.lines), sep="\n", flush=True)
    if delivery.json and reports:
        print(json.dumps(reports[0] if len(photos) == 1 else reports, indent=2))
    return worst
