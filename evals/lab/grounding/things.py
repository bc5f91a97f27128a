"""How well the finder that ships finds things, and how far its chances can be believed.

    python -m cropsmith.evals.lab.grounding.things FOLDER

FOLDER has photos/ and annotations.json, boxes in pixels with their classes.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cropsmith.tools.finder.chances import chances
from cropsmith.tools.finder.nanodet import Found
from cropsmith.tools.finder.vocabulary import vocabulary
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.opened_photo import FINDER_SIDE, View
from cropsmith.tools.schema.geometry import Boxes, iou_matrix

RIGHT = 0.5
"""IoU from which a box is right."""
RECALLS = np.linspace(0, 1, 101)
"""Where precision is read off, as COCO does."""
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0)
"""Of the scores in the table of chances."""


@dataclass(frozen=True)
class Looked:
    """One photo: what is there, what was found, and the processor's time that it took."""

    truth: Boxes
    kinds: NDArray[np.intp]
    found: Found
    seconds: float


def look(folder: Path) -> list[Looked]:
    """Let the finder look at every photo, pixels already decoded."""
    names = vocabulary().classes
    looks = []
    for row in json.loads((folder / "annotations.json").read_text("utf-8")):
        view = View(open_photo(folder / "photos" / row["file"]))
        scale = np.array([row["width"], row["height"]] * 2)
        boxes = np.array([thing["box"] for thing in row["objects"]], np.float64).reshape(-1, 4)
        kinds = np.array([names.index(thing["class"]) for thing in row["objects"]], np.intp)
        view.pixels(FINDER_SIDE)
        start = time.process_time()
        found = view.things
        looks.append(Looked(boxes / scale, kinds, found, time.process_time() - start))
    return looks


def matched(look: Looked, kind: int) -> list[tuple[float, bool]]:
    """Return each box of a class with its score and whether it is right; each thing counts once."""
    truth = look.truth[look.kinds == kind]
    mine = np.flatnonzero(look.found.classes == kind)
    free = np.ones(len(truth), bool)
    rows = []
    for index in mine:
        overlaps = iou_matrix(look.found.boxes[index][None], truth)[0] * free
        best = int(overlaps.argmax()) if len(truth) else -1
        right = best >= 0 and bool(overlaps[best] >= RIGHT)
        if right:
            free[best] = False
        rows.append((float(look.found.scores[index]), right))
    return rows


def average_precision(looks: Sequence[Looked]) -> float:
    """Return AP50: the mean over the classes that occur, interpolated at 101 recalls as in COCO."""
    found = []
    for kind in range(len(vocabulary().classes)):
        there = sum(int((look.kinds == kind).sum()) for look in looks)
        if not there:
            continue
        rows = sorted((row for look in looks for row in matched(look, kind)), reverse=True)
        right = np.cumsum([row[1] for row in rows])
        precision = right / np.arange(1, len(rows) + 1)
        best = np.maximum.accumulate(precision[::-1])[::-1]
        at = np.searchsorted(right / there, RECALLS)
        found.append(np.concatenate([best, [0.0]])[np.minimum(at, len(rows))].mean())
    return float(np.mean(found))


def table(looks: Sequence[Looked]) -> str:
    """Return AP50, CPU time, and how often boxes are right by score, beside the stated chance."""
    kinds = range(len(vocabulary().classes))
    rows = np.array([row for look in looks for kind in kinds for row in matched(look, kind)])
    cpu = 1000 * float(np.mean([look.seconds for look in looks]))
    lines = [f"{len(looks)} photos: AP50 {average_precision(looks):.3f}, {cpu:.0f} ms of CPU each"]
    lines.append(f"{'score':>9} {'boxes':>6} {'right':>6} {'chance':>7}")
    for low, high in zip(STEPS, STEPS[1:], strict=False):
        some = rows[(rows[:, 0] >= low) & (rows[:, 0] < high)]
        if len(some):
            stated = chances(some[:, 0]).mean()
            lines.append(
                f"{low:.1f} - {high:.1f} {len(some):6} {some[:, 1].mean():6.2f} {stated:7.2f}"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with photos/, annotations.json")
    print(table(look(parser.parse_args().folder)))
