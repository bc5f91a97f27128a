"""Faces of YuNet's that others find: the table."""

import numpy as np
import pytest

from cropsmith.evals.lab.grounding.faces import Seen, row

FACE = (0.4, 0.2, 0.6, 0.5)
MAP = np.full((5, 24, 24), -9.0, np.float32)


def test_faces_met_and_covered_are_counted() -> None:
    seen = [Seen(np.array([FACE]), MAP, np.zeros((0, 4)))] * 2
    nothing = np.zeros((0, 4))
    both = row("all", seen, [np.array([FACE]), np.array([FACE])], 1.0)
    one = row("half", seen, [np.array([FACE]), nothing], 0.5)
    assert both.split()[1:6] == ["100%", "2", "1.000", "1.000", "0"]
    assert one.split()[1:6] == ["50%", "2", "0.500", "0.500", "0"]


def test_a_box_away_from_every_face_is_false() -> None:
    seen = [Seen(np.array([FACE]), MAP, np.zeros((0, 4)))]
    away = np.array([(0.0, 0.7, 0.2, 1.0)])
    assert row("away", seen, [away], 1.0).split()[2:6] == ["1", "0.000", "0.000", "1"]


def test_the_eyes_suspicion_is_its_greatest_chance() -> None:
    seen = Seen(np.zeros((0, 4)), np.zeros((5, 24, 24), np.float32), np.zeros((0, 4)))
    assert seen.suspicion == pytest.approx(0.5)
