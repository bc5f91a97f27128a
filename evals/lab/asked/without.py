"""Requests to leave a thing out, and keep the main one of the others."""

from collections.abc import Callable, Iterator, Sequence

from cropsmith.evals.datasets.asked import without
from cropsmith.evals.lab.asked.question import Marks, Picture, Question
from cropsmith.evals.metrics.asked import KEPT, OUT, left_out
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import Asked


def questions(pictures: Sequence[Picture], seed: int) -> Iterator[Question]:
    """Yield each thing that is the only one of its kind beside a larger or smaller other one."""
    for picture in pictures:
        for wish in without(picture.things, picture.size, f"{picture.name}{seed}"):
            yield Question(
                group="without",
                picture=picture,
                ratio=wish.asked.ratio,
                text=wish.worded.text,
                tells=(wish.worded.noun, wish.label),
                judge=_left_out(wish.asked),
            )


def _left_out(asked: Asked) -> Callable[[Box], Marks]:
    main = asked.other
    assert main is not None  # the request was made with it

    def judge(box: Box) -> Marks:
        found = left_out(box, asked.thing, main)
        values = {"served": float(found.served)}
        if asked.possible:
            values["served, where a crop can"] = float(found.served)
        values |= {
            f"at most {OUT:.0%} of it inside": float(found.clear),
            f"at least {KEPT:.0%} of the largest other inside": float(found.inside >= KEPT),
            "largest other gone": float(found.gone),
            "largest other cut": float(found.cut),
        }
        return Marks(values, fault=not found.served)

    return judge
