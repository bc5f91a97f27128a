"""CPU time of exact geometry and of reading a request, at 12 megapixels.

    python -m cropsmith.evals.lab.benchmarks geometry

Asked: under 3 ms with a ratio only, under 50 ms with every kind of constraint.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from cropsmith.evals.lab.benchmarks.clock import cpu_ms
from cropsmith.tools.constraints.clutter import CalmSide, Clutter
from cropsmith.tools.constraints.kinds import (
    AtLeast,
    ClearSide,
    Constraint,
)
from cropsmith.tools.constraints.relaxation import Conflict, settle
from cropsmith.tools.constraints.sizes import snap
from cropsmith.tools.constraints.solver import solve
from cropsmith.tools.constraints.things import Contains, Excludes, NotCut
from cropsmith.tools.language import understand
from cropsmith.tools.schema.geometry import Box, PixelBox, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import CropRequest, Side, Target

IMAGE = Size(width=4000, height=3000)
TARGET = Target(ratio=Ratio.of(4, 5))
WISH = Box(x1=0.31, y1=0.12, x2=0.83, y2=0.97)
"""Of another ratio than the target."""
PROBLEMS = 20
"""Random problems of each kind; some have no solution."""


def boxes(rng: np.random.Generator, count: int, low: int, high: int) -> list[PixelBox]:
    """Return boxes with sides from `low` to `high` pixels anywhere in the image."""
    found = []
    for _ in range(count):
        width, height = (int(v) for v in rng.integers(low, high, 2))
        left = int(rng.integers(0, IMAGE.width - width))
        top = int(rng.integers(0, IMAGE.height - height))
        found.append(PixelBox(left=left, top=top, right=left + width, bottom=top + height))
    return found


def problem(rng: np.random.Generator, lines: int = 8) -> list[Constraint]:
    """Return a subject, faces and text not to be cut, an exclusion, copy space, a least size."""
    subject = PixelBox(left=1900, top=1200, right=2500, bottom=2200)
    small = boxes(rng, lines, 60, 300)
    return [
        Contains(subject),
        *(NotCut(box, "a face") for box in small),
        *(Excludes(box, "it") for box in boxes(rng, 1, 100, 500)),
        ClearSide(Side.LEFT, 0.3, (subject, *small)),
        AtLeast(Size(width=800, height=1000)),
    ]


def outcome(rules: Sequence[Constraint], target: Target) -> PixelBox | Conflict:
    """Solve a problem as a request does; a conflict is explained within the time measured."""
    try:
        return solve(WISH, target, settle(target, rules, IMAGE).constraints, IMAGE)
    except Conflict as conflict:
        return conflict


def times(runs: Sequence[Callable[[], object]], repeats: int = 3) -> str:
    """Return the median and the worst of the runs' least CPU milliseconds."""
    best = [cpu_ms({"run": run}, repeats)["run"] for run in runs]
    return f"{np.median(best):8.2f} ms median {max(best):8.2f} ms worst"


def main() -> None:
    """Print the CPU time of each."""
    rng = np.random.default_rng(0)
    free = Target()
    some = [problem(rng) for _ in range(PROBLEMS)]
    page = [problem(rng, lines=40) for _ in range(PROBLEMS)]
    detail = rng.random((240, 320), dtype=np.float32)
    detail[:, :100] *= 0.4
    calm = CalmSide(Side.LEFT, 0.3, Clutter(detail, IMAGE))
    wishes = rng.random((90, 4)) * 0.4 + [0, 0, 0.5, 0.5]
    words = "the woman with the red umbrella, 4:5 for Instagram, leave room on the left"
    rows: dict[str, Sequence[Callable[[], object]]] = {
        "ratio only": [lambda: solve(WISH, TARGET, (), IMAGE)],
        "90 boxes snapped to a ratio": [lambda: snap(wishes, TARGET.ratio, IMAGE)],
        "every kind, ratio": [partial(outcome, rules, TARGET) for rules in some],
        "every kind, free": [partial(outcome, rules, free) for rules in some],
        "every kind, 40 boxes, ratio": [partial(outcome, rules, TARGET) for rules in page],
        "every kind, 40 boxes, free": [partial(outcome, rules, free) for rules in page],
        "calm copy space, ratio": [lambda: solve(WISH, TARGET, (calm,), IMAGE)],
        "calm copy space, free": [lambda: solve(WISH, free, (calm,), IMAGE)],
        "a request read": [lambda: understand(CropRequest(text=words), IMAGE)],
    }
    for name, runs in rows.items():
        print(f"{name:28} {times(runs)}", flush=True)


if __name__ == "__main__":
    main()
