"""A process that crops for the service: a task in, events and the answer out, one JSON a line.

It ends with its input, so that it never outlives the service, and writes pictures to files only
the attempt that it was given knows.
"""

import asyncio
import hashlib
import json
import os
import queue
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from cropsmith.agents.runs.crop_result import CropResult
from cropsmith.agents.runs.events import Event, RunBegan, RunEnded, StepBegan, StepEnded
from cropsmith.agents.settings.sources import find_settings
from cropsmith.api import stream
from cropsmith.service.job import Picture
from cropsmith.service.order import Wish
from cropsmith.service.problems import problem_of
from cropsmith.tools.images.fetch import FetchLimits
from cropsmith.tools.images.output import write_whole
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.sandbox.limits import thrifty
from cropsmith.tools.schema.result import Verdict
from cropsmith.tools.schema.values import Value

Tell = Callable[[Mapping[str, Any]], None]


class Task(Value):
    """One attempt at a job."""

    id: str
    attempt: int
    order: dict[str, Any]
    """`Order.kept()`; with `url` where there is no upload."""
    upload: Path | None
    model: str
    index: str
    results: Path
    addresses: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True)
class Made:
    """What a task came to."""

    report: str
    pictures: tuple[Picture, ...]


async def crop_one(task: Task, tell: Tell) -> Made:
    """Crop and write the pictures. Raises what `acrop` raises."""
    order = dict(task.order)
    url = order.pop("url", None)
    wish = Wish.model_validate(order)
    limits = FetchLimits(max_bytes=task.max_bytes, extra_addresses=task.addresses)
    # An upload is read here and goes on as bytes, so that its name on our disk is told to nobody.
    source = url if task.upload is None else task.upload.read_bytes()
    photo = await asyncio.to_thread(open_photo, source, limits=limits)
    # What one key showed must not colour what another is answered: no taste, no trace.
    settings = find_settings(
        model=task.model,
        effort=wish.effort,
        taste=False,
        index=task.index,
        trace=False,
        approve=False,
    ).settings
    report = None
    async with aclosing(stream(photo, request=wish.request(), settings=settings)) as events:  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, RunEnded):
                report = event.report
            elif (line := told(event)) is not None:
                tell(line)
    assert report is not None  # nothing else ends a run that asks nobody
    result = CropResult(report, photo)
    pictures = [
        await asyncio.to_thread(_write, task, wish, result, i) for i in range(len(report.crops))
    ]
    return Made(report.model_dump_json(), tuple(pictures))


def told(event: Event) -> Mapping[str, Any] | None:
    """Return an event as a client gets it, without what the photo's owner alone may know."""
    if isinstance(event, RunBegan):
        return {"kind": event.kind, "sha256": event.sha256, "model": event.model}
    if isinstance(event, StepBegan):
        return {"kind": event.kind, "node": event.node}
    if isinstance(event, StepEnded):
        step = event.step
        return {"kind": event.kind, "node": step.node, "seconds": round(step.seconds, 4)}
    return None


def _write(task: Task, wish: Wish, result: CropResult, index: int) -> Picture:
    framed = result.crops[index]
    Image.init()  # else it knows the media types of a few formats alone
    rendered = result.render(index, format=wish.format or None)
    file = f"{task.id}-{task.attempt}-{index}{rendered.suffix}"
    write_whole(task.results / file, rendered.data, force=True)
    return Picture(
        file=file,
        media_type=Image.MIME.get(rendered.format, "application/octet-stream"),
        etag=hashlib.sha256(rendered.data).hexdigest(),
        width=rendered.size.width,
        height=rendered.size.height,
        notes=rendered.notes,
        rejected=" ".join(framed.reasons) if framed.verdict is Verdict.REJECT else "",
    )


def work_off(tasks: "queue.Queue[str]", say: Tell) -> None:
    """Do one task after another until the process ends."""
    while True:
        task = Task.model_validate_json(tasks.get())
        try:
            made = asyncio.run(crop_one(task, lambda event: say({"event": event})))
        except Exception as error:
            # Told to the one who asked; a fault of ours with its place on the service's own log.
            found = problem_of(error)
            if found.status == 500:
                import traceback

                traceback.print_exception(error)
            say({"problem": found.model_dump(mode="json")})
        else:
            pictures = [picture.model_dump(mode="json") for picture in made.pictures]
            say({"report": made.report, "pictures": pictures})


def main() -> None:
    """Serve the process that started this one."""
    thrifty()
    # What a library prints must not come between the lines of the protocol.
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(message: Mapping[str, Any]) -> None:
        lines.write(json.dumps(message) + "\n")
        lines.flush()

    tasks: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            tasks.put(line)
        os._exit(0)  # whoever asked has gone; nobody would take the answer

    threading.Thread(target=listen, daemon=True).start()
    _warmed()
    say({"ready": os.getpid()})
    work_off(tasks, say)


def _warmed() -> None:
    """Crop a picture of our own: the first one costs ten times what the others do."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        Image.linear_gradient("L").save(place / "picture", "JPEG")
        task = Task(
            id="warm",
            attempt=0,
            order={"ratio": ["4:5"]},
            upload=place / "picture",
            model="builtin",
            index="off",
            results=place,
            addresses=(),
            max_bytes=2**20,
        )
        asyncio.run(crop_one(task, lambda _: None))


if __name__ == "__main__":
    main()
