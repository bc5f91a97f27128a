"""What graph and trace cost a request beside the image work: the same graph, an instant mind."""

import asyncio
import os
import time
from tempfile import TemporaryDirectory

import numpy as np

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.tools.schema.request import CropRequest

REPEATS = 40


def main() -> None:
    """Print CPU milliseconds of a whole request on a photo that was measured before."""
    photo = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    with TemporaryDirectory() as folder:
        os.environ["CROPSMITH_HOME"] = folder
        for trace in (False, True):
            best = float("inf")
            warm = build_parts(RunSettings(trace=trace))
            view = warm.views.open(photo)
            asyncio.run(run(photo, CropRequest(), warm))
            for _ in range(REPEATS):
                parts = build_parts(RunSettings(trace=trace))
                parts.views.add(view.photo)._sight = view.sight
                start = time.process_time()
                asyncio.run(run(view.photo, CropRequest(), parts))
                best = min(best, (time.process_time() - start) * 1e3)
            kind = "graph and trace" if trace else "graph"
            print(f"{kind:16} {best:6.1f} ms CPU, with scoring of a measured photo")


if __name__ == "__main__":
    main()
