"""Counts and positions on real boxes: is the right one of several meant?

    python -m cropsmith.evals.lab.language.positions ../shared/data/grounding

The true boxes of the named class stand for detections, so that this measures the resolution of
words such as "the leftmost bowl", not a detector. Beside the published expressions, other wordings
("the bowl on the left"), ordinals and counts are made from the boxes and checked.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cropsmith.tools.language.numerals import ORDINALS
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.language.positions import resolve
from cropsmith.tools.schema.geometry import Boxes

OTHER_WORDS = {
    "leftmost": ("the {} on the left", "the {} on the far left", "the first {} from the left"),
    "rightmost": ("the {} on the right", "the {} to the right", "the last {} from the left"),
    "largest": ("the biggest {}", "the largest of the {}s", "the bigger {}"),
}


@dataclass(frozen=True)
class Question:
    """An expression, the boxes it chooses from, and the right answers among them."""

    kind: str
    words: str
    boxes: Boxes
    answers: frozenset[int]


def questions(folder: Path) -> Iterator[Question]:
    """Yield the published expressions, other wordings of them, and counts and ordinals."""
    photos = {p["file"]: p for p in json.loads((folder / "annotations.json").read_text("utf-8"))}
    for row in json.loads((folder / "expressions.json").read_text("utf-8")):
        photo = photos[row["file"]]
        words = row["expression"]
        name = words.removeprefix("the ")
        first, _, rest = name.partition(" ")
        cls = rest if row["kind"] == "positional" else name
        boxes = _boxes(photo, cls)
        target = np.array(row["box"]) / np.array([photo["width"], photo["height"]] * 2)
        answer = frozenset({int(np.argmin(np.abs(boxes - target).sum(axis=1)))})
        yield Question(row["kind"], words, boxes, answer)
        for other in OTHER_WORDS.get(first, ()) if row["kind"] == "positional" else ():
            yield Question("other words", other.format(cls), boxes, answer)
    for photo in photos.values():
        yield from _rows(photo)


def _boxes(photo: Mapping[str, Any], cls: str) -> Boxes:
    """Return the normalised boxes of a class."""
    found = [o["box"] for o in photo["objects"] if o["class"] == cls]
    size = np.array([photo["width"], photo["height"]] * 2, dtype=np.float64)
    return np.array(found, dtype=np.float64).reshape(-1, 4) / size


def _rows(photo: Mapping[str, Any]) -> Iterator[Question]:
    """Yield ordinals and counts for classes of three to nine well separated things."""
    for cls in sorted({o["class"] for o in photo["objects"]}):
        boxes = _boxes(photo, cls)
        centres = np.sort(boxes[:, 0] + boxes[:, 2])
        if not 3 <= len(boxes) <= 9 or np.diff(centres).min() < 0.02:
            continue
        order = [int(i) for i in np.argsort(boxes[:, 0] + boxes[:, 2])]
        for place in range(1, len(order)):
            words = f"the {ORDINALS[place]} {cls} from the left"
            yield Question("ordinal", words, boxes, frozenset({order[place]}))
            words = f"{ORDINALS[place]} {cls} from right"
            yield Question("ordinal", words, boxes, frozenset({order[-1 - place]}))
        yield Question("count", f"the two {cls}s on the left", boxes, frozenset(order[:2]))
        yield Question("count", f"the two rightmost {cls}s", boxes, frozenset(order[-2:]))
        yield Question("count", f"all {len(order)} {cls}s", boxes, frozenset(order))


def right(question: Question) -> bool:
    """Tell whether just the meant boxes are chosen."""
    return frozenset(resolve(phrase_of(question.words), question.boxes)) == question.answers


def main() -> None:
    """Print the accuracy of each kind of expression."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="print what was resolved wrongly")
    arguments = parser.parse_args()
    results: dict[str, list[bool]] = defaultdict(list)
    for question in questions(arguments.folder):
        results[question.kind].append(right(question))
        if arguments.wrong and not results[question.kind][-1]:
            print(question.words, phrase_of(question.words).model_dump())
    for kind, found in results.items():
        print(f"{kind:12} {sum(found)}/{len(found)} = {sum(found) / len(found):.1%}")


if __name__ == "__main__":
    main()
