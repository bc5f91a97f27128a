"""Requests for a thing that is the only one of its kind in the photo."""

from collections.abc import Callable, Iterator, Sequence

from cropsmith.evals.datasets.asked import named
from cropsmith.evals.lab.asked.question import Marks, Picture, Question
from cropsmith.evals.metrics.asked import NAMED_INSIDE, about
from cropsmith.tools.schema.geometry import Box


def questions(pictures: Sequence[Picture], seed: int) -> Iterator[Question]:
    """Yield each of these things, in three shapes."""
    for picture in pictures:
        for wish in named(picture.things, picture.size, f"{picture.name}{seed}"):
            yield Question(
                group="named",
                picture=picture,
                ratio=wish.asked.ratio,
                text=wish.worded.text,
                tells=(wish.worded.noun, wish.label, "subject"),
                judge=_about(wish.asked.thing),
            )


def _about(thing: Box) -> Callable[[Box], Marks]:
    def judge(box: Box) -> Marks:
        found = about(box, thing)
        return Marks(
            {
                "served": float(found.served),
                f"at least {NAMED_INSIDE:.0%} inside": float(found.inside >= NAMED_INSIDE),
                "gone": float(found.gone),
                "cut": float(found.cut),
            },
            fault=not found.served,
        )

    return judge
