"""The photos of a data set that may teach, and the record of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cropsmith.errors import UsageError
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.data.guard import Guard
from cropsmith.evals.training.data.manifest import Taught, taught_by
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

MISSING = "the photo is not there"


@dataclass(frozen=True)
class Pupils:
    """The photos that teach, and the record of them."""

    photos: Sequence[LabelledPhoto]
    taught: Taught


def pupils(
    data: Dataset,
    split: str,
    guard: Guard,
    teaches: Callable[[LabelledPhoto], bool],
    need: str,
) -> Pupils:
    """Return the photos of a part of a data set whose labels teach, and that may.

    `need` names those labels. UsageError, one sentence, where there are none: another split, other
    labels, no photos on disk.
    """
    part = [p for p in data.photos if p.split in (split, "")]
    if not part:
        splits = ", ".join(f"'{name}' ({count:,})" for name, count in data.splits.items())
        raise UsageError(f"{data.root} has no part '{split}'.", hint=f"It has {splits}.")
    sifted = guard.sift(part)
    refused = dict(sifted.refused)
    told = [p for p in sifted.kept if teaches(p)]
    if untold := len(sifted.kept) - len(told):
        refused[f"without {need}"] = untold
    if not told:
        raise UsageError(
            f"None of the {len(sifted.kept):,} photos of {data.root} can teach: they come without "
            f"{need}.",
            hint="Give a data set that has them; `cropsmith eval datasets` lists them.",
        )
    there = [p for p in told if Path(p.path).is_file()]
    if not there:
        raise UsageError(
            f"None of the {len(told):,} photos of {data.root} that could teach is there.",
            hint=f"The first, {told[0].name}, should lie at {told[0].path}.",
        )
    if gone := len(told) - len(there):
        refused[MISSING] = gone
    return Pupils(there, taught_by(data, there, split, refused))
