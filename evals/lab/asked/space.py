"""Requests for free room at a side, with the main thing in the rest of the picture."""

from collections.abc import Callable, Iterator, Sequence

from cropsmith.evals.datasets.asked import space
from cropsmith.evals.lab.asked.question import Marks, Picture, Question
from cropsmith.evals.metrics.asked import SPACE_INSIDE, beside
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import Asked

LOST = 0.5
"""Share inside below which the main thing is mostly lost."""


def questions(pictures: Sequence[Picture], seed: int) -> Iterator[Question]:
    """Yield room on the left and on the right for the largest thing of each photo."""
    for picture in pictures:
        for wish in space(picture.things, picture.size, f"{picture.name}{seed}"):
            yield Question(
                group="space",
                picture=picture,
                ratio=wish.asked.ratio,
                text=wish.worded.text,
                tells=("space", "room", "free", wish.asked.side, "subject", wish.label),
                judge=_beside(wish.asked),
            )


def _beside(asked: Asked) -> Callable[[Box], Marks]:
    def judge(box: Box) -> Marks:
        found = beside(box, asked.thing, asked.side)
        lost = found.inside < LOST
        values = {"served": float(found.served)}
        if asked.possible:
            values["served, where a crop can"] = float(found.served)
        values |= {
            f"at least {SPACE_INSIDE:.0%} of the main thing inside": float(
                found.inside >= SPACE_INSIDE
            ),
            "the third is free of it": float(found.clear),
            "main thing mostly lost": float(lost),
        }
        if asked.possible:
            values["mostly lost, where a crop can"] = float(lost)
        values |= {"gone": float(found.gone), "cut": float(found.cut)}
        return Marks(values, fault=lost)

    return judge
