"""A system of a study: a cropper of ours, which takes the upper two thirds."""

from cropsmith.evals.study.cropper import Cropper
from cropsmith.evals.trial import Protocol, Trial
from cropsmith.tools.schema.geometry import Box


def upper(trial: Trial) -> Box:
    return Box.of((0.0, 0.0, 1.0, 2 / 3))


CROPPER = Cropper("upper thirds", crop=upper, protocols=frozenset({Protocol.FREE}))
