"""Recorded runs of strong models teach where they ended near the expert."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from cropsmith.agents.backends.boxes.family import family_named
from cropsmith.agents.backends.model import Model
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.trace.library import TraceLibrary
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.lessons.lecture import SETTINGS, lessons_of
from cropsmith.evals.training.lessons.lesson import said
from cropsmith.evals.training.lessons.recorded import recorded_lessons, strong_traces
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest
from tests.evals.training.lessons.test_lesson import Student

GEMINI, QWEN = family_named("gemini-2"), family_named("qwen3-vl")


def test_a_run_that_ended_near_the_expert_teaches_another_family(fcdb: Dataset) -> None:
    rocket = fcdb.photos[2]
    liked = asyncio.run(run(rocket.path, CropRequest(), build_parts(SETTINGS))).report.crops[0]
    photo = rocket.model_copy(update={"crops": (ExpertCrop(box=liked.box),)})
    strong = Model(Student(list(lessons_of(photo, (), GEMINI, "sft"))), GEMINI)
    kept = SETTINGS.but(trace=True, model=strong.name)
    asyncio.run(run(photo.path, CropRequest(), build_parts(kept, backend=strong)))
    library = TraceLibrary()
    digest = hashlib.sha256(Path(photo.path).read_bytes()).hexdigest()
    ((head, found),) = strong_traces(library, {digest: photo})
    assert found is photo

    far = photo.model_copy(update={"crops": (ExpertCrop(box=Box(x1=0, y1=0, x2=0.1, y2=0.1)),)})
    assert not list(strong_traces(library, {digest: far}))
    assert not list(strong_traces(library, {"0" * 64: photo}))

    before = len(library.list())
    lessons = recorded_lessons(head, library, photo, QWEN)
    assert [one.ask.purpose for one in lessons] == ["analyse", "propose", "decide", "decide"]
    assert len(library.list()) == before
    propose: Any = lessons[1].answer
    assert propose.crops[0].box.iou(photo.crops[0].box) > 0.97
    assert '"bbox_2d":[' in said(lessons[1]).answer
