"""What `cropsmith train` does: checks, progress, and what it says at the end."""

import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cropsmith.errors import MissingExtra, UsageError

if TYPE_CHECKING:
    from cropsmith.evals.training.data.manifest import Taught
    from cropsmith.tools.scorers.elements import Family

NEEDED = ("torch", "safetensors", "scipy")


def train_clipcrop(
    data: Path,
    out: Path,
    tests: Sequence[Path],
    settings: Mapping[str, Any],
    device: str = "",
    *,
    quiet: bool = False,
) -> Iterator[str]:
    """Train a decoder and yield what to print. Raises UsageError and MissingExtra."""
    refuse_without_torch()
    from cropsmith.evals.datasets.registry import load
    from cropsmith.evals.training.clipcrop.teach import Course, teach

    with said_plainly("The decoder"):
        course = Course.model_validate(settings)
        course.shape(1)
    manifest = teach(
        load(data),
        course,
        out,
        [load(folder) for folder in tests],
        place_of(device),
        None if quiet else told,
    )
    yield from taught(manifest.data)
    yield f"IoU on the photos that taught: {figures(manifest.metrics)}."
    yield f"wrote {out}; use it with --decoder {out}"


def train_clipcropping(
    data: Path,
    knowledge: Mapping["Family", Path],
    out: Path,
    tests: Sequence[Path],
    settings: Mapping[str, Any],
    device: str = "",
    *,
    quiet: bool = False,
) -> Iterator[str]:
    """Train a rater and yield what to print. Raises UsageError and MissingExtra."""
    refuse_without_torch()
    from cropsmith.evals.datasets.registry import load
    from cropsmith.evals.training.clipcropping.teach import Course, teach

    with said_plainly("The rater"):
        course = Course.model_validate(settings)
    manifest = teach(
        load(data),
        {family: load(folder) for family, folder in knowledge.items()},
        course,
        out,
        [load(folder) for folder in tests],
        place_of(device),
        lambda stage: None if quiet else partial(told, stage=stage),
    )
    for part in (*manifest.knowledge.values(), manifest.data):
        yield from taught(part)
    yield f"On the photos that taught: {figures(manifest.metrics)}."
    yield f"wrote {out}; use it with --rater {out}"


def refuse_without_torch() -> None:
    """Raise MissingExtra where what every training needs is not installed."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise MissingExtra("Training", "train")


def place_of(device: str) -> str:
    """Return torch's device, the usual one for "". UsageError for one that is not here."""
    import torch

    from cropsmith.tools.models.weights import device as usual_device

    try:
        torch.empty(0, device=device or usual_device())
    except (RuntimeError, AssertionError) as error:  # whichever a build of torch raises
        raise UsageError(
            f"torch has no device '{device}' on this machine.",
            hint="Give --device cpu, or cuda where there is a GPU.",
        ) from error
    return device or usual_device()


@contextmanager
def said_plainly(what: str) -> Iterator[None]:
    """Raise UsageError, one sentence, for settings that cannot be."""
    try:
        yield
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where or what}: {first['msg']}.") from error


def taught(part: "Taught") -> Iterator[str]:
    """Yield what is said of the photos of a data set."""
    yield f"{part.photos:,} photos of {part.format} ({part.split}) taught."
    for reason, count in part.refused.items():
        yield f"{count:,} did not: {reason}."


def figures(metrics: Mapping[str, float]) -> str:
    """Return figures on one line."""
    return ", ".join(f"{name} {value:.3f}" for name, value in metrics.items())


def told(done: int, steps: int, loss: float, stage: str = "") -> None:
    """Show a step on one line of the error output."""
    end = "\n" if done == steps else ""
    begin = f"{stage}: " if stage else ""
    print(
        f"\r{begin}step {done:,} of {steps:,}  loss {loss:.4f}",
        end=end,
        file=sys.stderr,
        flush=True,
    )
