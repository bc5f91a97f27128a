"""What NanoDet finds on the training photos: the teacher of the finder of things."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cropsmith.tools.finder.nanodet import Found, find_things
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import FINDER_SIDE

FILE = "finds.npz"
PARTS = ("boxes", "scores", "classes")


def finds_of(folder: Path, names: Sequence[str]) -> Iterator[Found]:
    """Yield what is found on each photo of an FCDB folder."""
    for name in names:
        yield find_things(open_photo(folder / "photos" / name).pixels(FINDER_SIDE))


def find_every(folder: Path, names: Sequence[str], cache: Path) -> list[Found]:
    """Return what is found on each photo; looked for once and kept in the cache folder."""
    path = cache / FILE
    if not path.exists():
        finds = list(finds_of(folder, names))
        parts = {part: np.concatenate([getattr(one, part) for one in finds]) for part in PARTS}
        counts = np.array([len(one.scores) for one in finds])
        np.savez(path, counts=counts, **parts)  # type: ignore[arg-type]  # no arrays by name
    kept = np.load(path)
    ends = np.cumsum(kept["counts"])[:-1]
    return [Found(*of) for of in zip(*(np.split(kept[part], ends) for part in PARTS), strict=True)]
