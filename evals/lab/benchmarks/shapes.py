"""Four shapes beside one shape, at a scripted model that takes half a second a call."""

import asyncio
import os
import time
from tempfile import TemporaryDirectory

import numpy as np

from cropsmith.agents.backends.protocol.backend import Ask, Reply
from cropsmith.agents.backends.providers.scripted import Scripted, ScriptedAnswer
from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target

SECONDS = 0.5
ALLOWED = 1.5
RATIOS = ((1, 1), (4, 5), (16, 9), (9, 16))
BOX = {"x1": 0.1, "y1": 0.1, "x2": 0.8, "y2": 0.9}


class Slow(Scripted):
    """Answers each ask with something that fits, after SECONDS."""

    async def ask(self, ask: Ask) -> Reply:
        """Wait as a server would make one wait."""
        await asyncio.sleep(SECONDS)
        return await super().ask(ask)


def answer(ask: Ask) -> ScriptedAnswer:
    """Return an answer of the asked form."""
    fields = ask.answer.model_fields
    if "choice" in fields:
        choice = ask.answer.model_json_schema()["properties"]["choice"]
        names = choice.get("enum") or [choice["const"]]
        told = {"comparison": "", "ranking": names, "choice": names[0], "reasons": ["Calm."]}
        return ScriptedAnswer(value=told)
    if "crops" in fields:
        idea = {"element": "rule of thirds", "reason": "Calm.", "box": BOX}
        return ScriptedAnswer(value={"thoughts": "", "crops": [idea], "keep": False})
    point = {"x": 0.5, "y": 0.5}
    seen = {"scene": "", "subjects": [], "elements": [], "lines": [], "distractions": []}
    return ScriptedAnswer(value={**seen, "focal_point": point, "remark": ""})


def seconds_of(shapes: int) -> float:
    """Return the wall seconds of a run for so many shapes."""
    photo = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    targets = tuple(Target(ratio=Ratio(width=w, height=h)) for w, h in RATIOS[:shapes])
    parts = build_parts(RunSettings(trace=False), backend=Slow(answer))
    start = time.perf_counter()
    result = asyncio.run(run(photo, CropRequest(targets=targets), parts))
    taken = time.perf_counter() - start
    if result.failures:
        raise SystemExit(f"The script did not serve: {result.failures[0].message}")
    return taken


def main() -> None:
    """Print the wall time of one shape and of four, and their ratio."""
    with TemporaryDirectory() as folder:
        os.environ["CROPSMITH_HOME"] = folder
        seconds_of(1)
        one, four = (min(seconds_of(shapes) for _ in range(3)) for shapes in (1, len(RATIOS)))
        print(f"one shape {one:.2f} s, four shapes {four:.2f} s at {SECONDS} s a call")
        print(f"ratio {four / one:.2f}, asked at most {ALLOWED}")


if __name__ == "__main__":
    main()
