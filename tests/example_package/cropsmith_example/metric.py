"""A metric: how far the crop's centre lies from the best crop's."""

from math import dist

from cropsmith.evals.measure import Measure, Metric
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


def off_centre(photo: LabelledPhoto, box: Box) -> float | None:
    if not photo.crops:
        return None
    best = photo.crops[0].box.centre
    return dist((box.centre.x, box.centre.y), (best.x, best.y))


METRIC = Metric(Measure("off_centre", "off centre", higher_is_better=False), off_centre, missed=0.5)
