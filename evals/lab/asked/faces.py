"""Shapes asked of photos of people: is the largest face still there, and whole?"""

from collections.abc import Callable, Iterator, Sequence

from cropsmith.evals.baselines.geometry import maximal
from cropsmith.evals.lab.asked.question import Marks, Picture, Question, trial_of
from cropsmith.evals.metrics.cuts import GONE, share_inside
from cropsmith.evals.training.photographer.measures import WHOLE
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio

RATIOS = ("1:1", "4:5", "16:9", "9:16", "3:2")
TELLS = ("face", "head", "person", "people", "group")


def questions(pictures: Sequence[Picture], seed: int) -> Iterator[Question]:
    """Yield five shapes of each photo, with its faces never to be cut and with nothing said."""
    for picture in pictures:
        face = picture.things[0].box
        for name in RATIOS:
            ratio = Ratio.parse(name)
            room = maximal(ratio, trial_of(picture, ratio))
            fits = face.width <= room[0] and face.height <= room[1]
            for group, never_cut in (("faces, never cut", ("faces",)), ("faces, not asked", ())):
                yield Question(
                    group=group,
                    picture=picture,
                    ratio=ratio,
                    never_cut=never_cut,
                    tells=TELLS,
                    judge=_there(face, fits),
                )


def _there(face: Box, fits: bool) -> Callable[[Box], Marks]:
    def judge(box: Box) -> Marks:
        inside = share_inside(box, face)
        cut = GONE <= inside < WHOLE
        values = {"gone": float(inside < GONE)}
        if fits:
            values["cut, where it fits"] = float(cut)
        return Marks(values, fault=inside < WHOLE)

    return judge
