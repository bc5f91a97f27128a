"""Accuracy of grounding on photos with template expressions: parser, detector and resolution.

Each expression goes the whole way a request takes: noun phrase, queries, detection, position. What
was not found is a miss, counted with IoU 0; it is never replaced by a guess.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cropsmith.tools.grounding.detection import Detector
from cropsmith.tools.grounding.ground import Sources, ground_batch
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.language.phrases import phrase_of
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import Intent, Target

GUESSES = {"whole photo": 1.0, "centre 0.7": 0.7, "centre 0.5": 0.5}
"""Boxes that look at nothing: share of each side, centred."""


@dataclass(frozen=True)
class Expression:
    """One row of expressions.json."""

    text: str
    kind: str
    """unique or positional."""
    truth: Box
    photo: Path


@dataclass(frozen=True)
class Trial:
    """One expression and what was found for it."""

    expression: Expression
    answer: Box | None

    @property
    def overlap(self) -> float:
        """IoU with the truth; 0 for a miss."""
        return 0.0 if self.answer is None else self.answer.iou(self.expression.truth)


def expressions(folder: Path) -> Iterator[Expression]:
    """Yield the expressions whose photo is there. Boxes come in pixels."""
    sizes = {
        row["file"]: (row["width"], row["height"])
        for row in json.loads((folder / "annotations.json").read_text("utf-8"))
    }
    for row in json.loads((folder / "expressions.json").read_text("utf-8")):
        width, height = sizes[row["file"]]
        scale = np.array([width, height, width, height])
        yield Expression(
            text=row["expression"],
            kind=row["kind"],
            truth=Box.of(np.array(row["box"]) / scale),
            photo=folder / "photos" / row["file"],
        )


def measure(
    detector: Detector | None, folder: Path, batch: int = 4, limit: int | None = None
) -> list[Trial]:
    """Ground every expression, the photos in batches; None for the finder that ships."""
    sources = Sources(detector=detector, offline=detector is None)
    by_photo: dict[Path, list[Expression]] = {}
    for expression in expressions(folder):
        by_photo.setdefault(expression.photo, []).append(expression)
    trials = []
    photos = list(by_photo)[:limit]
    for start in range(0, len(photos), batch):
        some = photos[start : start + batch]
        views = [View(open_photo(path)) for path in some]
        asked = [(v, e) for v, path in zip(views, some, strict=True) for e in by_photo[path]]
        intents = [_intent(expression) for _, expression in asked]
        found = ground_batch([view for view, _ in asked], intents, sources)
        trials += [
            Trial(expression, grounding.found[0].box if grounding.found else None)
            for (_, expression), grounding in zip(asked, found, strict=True)
        ]
    return trials


def _intent(expression: Expression) -> Intent:
    subject = phrase_of(expression.text.lower())
    return Intent(task="subject", targets=(Target(),), subjects=(subject,))


def table(name: str, trials: Sequence[Trial]) -> str:
    """Return mean IoU and the share with IoU >= 0.5, all and by kind, beside the blind guesses."""
    groups: dict[str, Callable[[Trial], bool]] = {
        "all": lambda trial: True,
        "unique": lambda trial: trial.expression.kind == "unique",
        "unique, 2-60 % of the photo": lambda trial: (
            trial.expression.kind == "unique" and 0.02 <= trial.expression.truth.area <= 0.6
        ),
        "positional": lambda trial: trial.expression.kind == "positional",
    }
    lines = [f"{'expressions':29} {'n':>4} {'finder':40} {'found':>6} {'IoU':>6} {'>= .5':>6}"]
    for group, belongs in groups.items():
        some = [trial for trial in trials if belongs(trial)]
        if not some:
            continue
        rows = {name: some}
        for guess, share in GUESSES.items():
            low, high = (1 - share) / 2, (1 + share) / 2
            box = Box(x1=low, y1=low, x2=high, y2=high)
            rows[guess] = [Trial(trial.expression, box) for trial in some]
        for finder, row in rows.items():
            overlaps = np.array([trial.overlap for trial in row])
            found = np.mean([trial.answer is not None for trial in row])
            lines.append(
                f"{group:29} {len(row):4} {finder:40} {found:6.1%} {overlaps.mean():6.3f} "
                f"{(overlaps >= 0.5).mean():6.1%}"
            )
    return "\n".join(lines)
