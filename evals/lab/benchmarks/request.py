"""One request, file to decision, beside pyvips' attention crop of the same file."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from cropsmith.agents.parts.parts import build_parts
from cropsmith.agents.runs.run import run
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.evals.lab.benchmarks.clock import cpu_ms
from cropsmith.evals.lab.benchmarks.sample import sample
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Target

SIZES = {"12 MP": (4000, 3000), "2 MP": (1632, 1224)}


def cropsmith(path: Path, request: CropRequest, *, trace: bool) -> Callable[[], object]:
    """Return a call that takes the file through the whole graph, opened anew each time."""

    def request_once() -> object:
        return asyncio.run(run(path, request, build_parts(RunSettings(trace=trace))))

    return request_once


def vips_attention(path: Path) -> Callable[[], object]:
    """Return a call that decodes the file and crops it to 4:5 by libvips' attention."""
    import pyvips

    pyvips.cache_set_max(0)  # else repeats are answered from its operation cache

    def crop_once() -> object:
        image = pyvips.Image.new_from_file(str(path))
        width = min(image.width, image.height * 4 // 5)
        return image.smartcrop(width, width * 5 // 4, interesting="attention").avg()

    return crop_once


def main() -> None:
    """Print CPU milliseconds and ratios."""
    request = CropRequest(targets=(Target(name="4:5", ratio=Ratio(width=4, height=5)),))
    with TemporaryDirectory() as folder:
        os.environ["CROPSMITH_HOME"] = folder
        for name, (width, height) in SIZES.items():
            path = sample(Path(folder), width, height)
            best = cpu_ms(
                {
                    "cropsmith": cropsmith(path, request, trace=True),
                    "cropsmith, no trace": cropsmith(path, request, trace=False),
                    "cropsmith, free": cropsmith(path, CropRequest(), trace=True),
                    "libvips attention": vips_attention(path),
                }
            )
            peer = best["libvips attention"]
            for rival, ms in best.items():
                print(f"{name:6} {rival:22} {ms:7.1f} ms CPU   {ms / peer:5.2f} x libvips")


if __name__ == "__main__":
    main()
