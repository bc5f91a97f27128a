"""What `cropsmith crop` does: one photo in this process, several as a batch of workers."""

import contextlib
import hashlib
import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal, TextIO

from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.batch.delivery import Delivery
from cropsmith.batch.inputs import found, is_address, is_many_remote, is_pattern
from cropsmith.batch.work import Job, Order, Outcome, cropped
from cropsmith.commands.ending import show_traceback
from cropsmith.commands.options import spoken
from cropsmith.errors import CropsmithError, UsageError
from cropsmith.settings import home
from cropsmith.tools.images.remote import address_of, is_remote
from cropsmith.tools.sandbox import pool
from cropsmith.tools.schema.plain_text import visible_line
from cropsmith.tools.schema.request import CropRequest

TOLD = 20
"""Most photos of a batch that are each told of in full; more are counted."""
TERMINATED = 143
"""Exit code after SIGTERM, as shells give it."""


@dataclass(frozen=True, kw_only=True)
class Batching:
    """How several photos are gone through."""

    jobs: int = 0
    """At once; 0 for one a core."""
    resume: bool = False
    on: Literal["here", "ray"] = "here"
    """What works a batch off: this machine, or a Ray cluster."""


def crop_all(
    arguments: Sequence[str],
    request: CropRequest,
    settings: RunSettings,
    delivery: Delivery,
    batching: Batching,
) -> int:
    """Crop every photo that the arguments name, tell of each, return the worst exit code."""
    delivery = delivery.checked(many=is_many(arguments))
    alone = not batching.resume and batching.on == "here"
    if alone and (photo := one_photo(arguments)) is not None:
        order = Order(request, settings, delivery, reports=delivery.json)
        return crop_one(photo, order)
    if "-" in arguments:
        raise UsageError("Standard input is one photo.", hint="Crop it by itself.")
    return crop_many(arguments, request, settings, delivery, batching)


def is_many(arguments: Sequence[str]) -> bool:
    """Tell whether arguments stand for several photos, so that the output is a folder."""
    return one_photo(arguments) is None


def one_photo(arguments: Sequence[str]) -> str | None:
    """Return the one photo that arguments name; None for several, or for a folder."""
    if any(is_many_remote(one) or _is_folder(one) for one in arguments):
        return None
    if not any(map(is_pattern, arguments)):
        return arguments[0] if len(arguments) == 1 else None
    photos = [one.photo for one in itertools.islice(found(arguments, None), 2)]
    return photos[0] if len(photos) == 1 else None


def _is_folder(argument: str) -> bool:
    return not is_address(argument) and os.path.isdir(argument)


def crop_one(photo: str, order: Order) -> int:
    """Crop one photo in this process, and tell of it."""
    outcome = cropped(Job(0, photo), order, lambda _: None, debugged)
    say_problem(outcome)
    if order.delivery.json:
        if outcome.report is not None:
            print(json.dumps(outcome.report, indent=2))
    elif outcome.lines:
        stream = sys.stderr if order.delivery.streams else sys.stdout
        print(*map(visible_line, outcome.lines), sep="\n", file=stream, flush=True)
    if order.delivery.show and outcome.files:
        show(outcome.files[0])
    return outcome.exit_code


def debugged(error: CropsmithError) -> str:
    """Return what an error says to who typed the command; show where it is from, if asked to."""
    show_traceback(error)
    return spoken(error)


def say_problem(outcome: Outcome) -> None:
    """Say what could not be done."""
    if outcome.problem:
        print(visible_line(f"cropsmith: {outcome.problem}"), file=sys.stderr)


def show(path: Path) -> None:
    """Open a file with what the desktop opens it with."""
    import webbrowser

    webbrowser.open(path.absolute().as_uri())


def crop_many(
    arguments: Sequence[str],
    request: CropRequest,
    settings: RunSettings,
    delivery: Delivery,
    batching: Batching,
) -> int:
    """Crop a batch: note it in a manifest, work it off, tell of each photo or count them."""
    from cropsmith.batch.engine import Engine
    from cropsmith.batch.manifest import Manifest
    from cropsmith.batch.processes import Processes
    from cropsmith.batch.rays import Rays
    from cropsmith.batch.supervisor import supervised
    from cropsmith.batch.threads import Threads
    from cropsmith.commands.progress import Progress

    out = folder_for(arguments, delivery)
    asked = asked_for(arguments, request, settings, delivery)
    file = manifest_file(out, asked, delivery)
    if file is None and batching.resume:
        raise UsageError("A dry run keeps no manifest to go on with.", hint="Leave <resume> out.")
    manifest = Manifest.begin(
        file,
        asked,
        resume=batching.resume,
        force=delivery.force,
        skip=delivery.skip_existing,
    )
    with contextlib.closing(manifest):
        if manifest.note:
            print(visible_line(f"cropsmith: {manifest.note}"), file=sys.stderr)
        manifest.add(found(arguments, out), out)
        progress = Progress(manifest.counts())
        each = progress.total <= TOLD and not delivery.json
        order = Order(request, settings, delivery, tells=each, reports=delivery.json)
        # Processes for the built-in eyes, which are bound by the CPU; threads wait for models.
        kind: Callable[..., Engine] = Processes if settings.model == "builtin" else Threads
        if batching.on == "ray":
            kind = Rays
        if kind is Processes:
            pool.close()  # each has a sandbox of its own
        worst = 0
        with terminable(), progress:
            engine = kind(order, debugged)
            wide = engine.width if isinstance(engine, Rays) else os.cpu_count()
            width = min(progress.total, batching.jobs or wide or 1)
            with contextlib.closing(supervised(manifest, engine, max(1, width))) as outcomes:
                for outcome in outcomes:
                    worst = max(worst, outcome.exit_code)
                    progress.count(outcome)
                    for line, stream in told(outcome, delivery, each=each):
                        progress.say(line, stream)
    summary = progress.summary(manifest.file, out)
    if not delivery.json:
        print(*summary, sep="\n", flush=True)
    elif sys.stderr.isatty():
        print(*summary, sep="\n", file=sys.stderr)
    return worst


def told(outcome: Outcome, delivery: Delivery, *, each: bool) -> Iterator[tuple[str, TextIO]]:
    """Yield the lines that tell of a photo of a batch, and where they go."""
    if outcome.problem:
        yield visible_line(f"cropsmith: {outcome.problem}"), sys.stderr
    if delivery.json:
        yield json.dumps(outcome.as_line(), separators=(",", ":")), sys.stdout
    elif each and outcome.lines:
        yield "\n".join(map(visible_line, outcome.lines)), sys.stdout


def folder_for(arguments: Sequence[str], delivery: Delivery) -> Path | None:
    """Return the folder of a batch's crops; UsageError where a folder's photos have none."""
    folders = [one for one in arguments if _is_folder(one) or is_many_remote(one)]
    if folders and delivery.out is None and not delivery.dry_run:
        raise UsageError(
            f"{folders[0]} is a folder: its crops go to another one.", hint="Give <out> a FOLDER."
        )
    return delivery.out


def asked_for(
    arguments: Sequence[str], request: CropRequest, settings: RunSettings, delivery: Delivery
) -> str:
    """Return what a batch was asked, as text that is the same only for the same question."""
    how = json.loads(delivery.to_json())
    for name in ("force", "skip_existing", "json", "show", "out"):  # change no crop
        del how[name]
    question = {
        "request": request.model_dump(mode="json"),
        "settings": settings.model_dump(mode="json"),
        "delivery": how,
    }
    if delivery.out is not None and is_remote(delivery.out):
        question["out"] = address_of(delivery.out)
    if delivery.out is None:
        question["photos"] = [os.path.abspath(one) for one in arguments]
    return json.dumps(question, sort_keys=True)


def manifest_file(out: Path | None, asked: str, delivery: Delivery) -> Path | None:
    """Return where the manifest of a batch is kept; None for one that nobody goes on with."""
    from cropsmith.batch.manifest import NAME

    if delivery.dry_run:
        return None
    if out is not None and not is_remote(out):
        return out / NAME
    return home() / "batches" / f"{hashlib.sha256(asked.encode()).hexdigest()[:16]}.sqlite"


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Within the block SIGTERM stops as Ctrl-C does: what is being written is finished first."""

    def stop(_: int, __: FrameType | None) -> None:
        print("cropsmith: stopped.", file=sys.stderr)
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
