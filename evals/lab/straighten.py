"""How well a photo is straightened by its own lines.

    python -m cropsmith.evals.lab.straighten DATA

Photos of FCDB (DATA/fcdb_train/photos; a part chosen by a hash of the name, on which nothing was
fitted). Those that `level_photos.txt` names are level to the eye, and are turned by known angles;
all are measured as they were published, and some of the others are not level.
"""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.vision.tilt import SIDE, tilt_of

PARTS = (2, 3)
"""Tenths of the photos that are measured; the odds were fitted to 0 and 1."""
TURNS = 3
"""Times that a level photo is turned."""
MOST = 8.0
"""Degrees that they are turned by, at most."""


@dataclass(frozen=True)
class Measured:
    """One photo, turned once."""

    name: str
    turned: float
    """Degrees, clockwise; 0 for the photo as it is."""
    found: float | None
    """The tilt that was measured; None where no line votes."""
    sure: bool


def measured(folder: Path, level: Sequence[str]) -> Iterator[Measured]:
    """Yield every photo of the parts, as it is, and those that are level turned as well."""
    for path in sorted(folder.glob("*.jpg")):
        digest = int(hashlib.sha256(path.name.encode()).hexdigest(), 16)
        if digest % 10 not in PARTS:
            continue
        angles = np.random.default_rng(digest % 2**32).uniform(-MOST, MOST, TURNS).round(1)
        photo = open_photo(path)
        for angle in (0.0, *(angles.tolist() if path.name in level else ())):
            tilt = tilt_of(photo.straightened(angle).pixels(SIDE))
            sure = tilt is not None and tilt.sure
            yield Measured(path.name, angle, None if tilt is None else tilt.angle, sure)


def told(title: str, rows: Sequence[Measured]) -> Iterator[str]:
    """Yield what was measured on some photos, as lines."""
    plain = {row.name: row for row in rows if not row.turned}
    turned = [row for row in rows if row.turned]
    sure = [row for row in turned if row.sure]
    yield f"{title}: {len(plain)} photos"
    acted = [row for row in plain.values() if row.sure and row.found is not None]
    for least in (0.3, 1.0, 2.0):
        share = sum(abs(row.found or 0.0) >= least for row in acted) / len(plain)
        yield f"  as they are it turns by {least:g} degrees or more: {share:.1%}"
    if not sure:
        return
    errors = np.array([abs((row.found or 0.0) - row.turned) for row in sure])
    own = [plain[row.name].found for row in sure]
    apart = [
        abs((row.found or 0.0) - row.turned - before)
        for row, before in zip(sure, own, strict=True)
        if before is not None
    ]
    yield f"  turned photos that it straightens: {len(sure) / len(turned):.0%}, refuses the others"
    yield (
        f"  error: median {np.median(errors):.2f}, 90 % {np.quantile(errors, 0.9):.2f} degrees;"
        f" within 1 degree {np.mean(errors <= 1):.0%}, more than 3 off {np.mean(errors > 3):.1%}"
    )
    yield f"  against what it measures on the photo before: median {np.median(apart):.2f} degrees"


def main() -> None:
    """Measure, and print."""
    folder = Path(sys.argv[1]) / "fcdb_train" / "photos"
    named = Path(__file__).with_name("level_photos.txt").read_text("utf-8").split()
    rows = list(measured(folder, named))
    print(*told("Level to the eye", [row for row in rows if row.name in named]), sep="\n")
    rest = [row for row in rows if row.name not in named]
    print(*told("As they were published", rest), sep="\n")


if __name__ == "__main__":
    main()
