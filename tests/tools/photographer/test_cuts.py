from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.cuts import face_cut, thing_cut
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.vision.things import Suspects

BIG, SMALL = (0.4, 0.3, 0.6, 0.9), (0.05, 0.05, 0.1, 0.15)


def suspects(*things: tuple[tuple[float, float, float, float], float]) -> Suspects:
    boxes, chances = zip(*things, strict=True)
    return Suspects(np.array(boxes), np.array(chances))


def cost(things: Suspects, *box: float) -> float:
    return float(thing_cut(things, np.array([box]))[0])


def face(chance: float, *box: float) -> Evidence:
    return Evidence(kind=EvidenceKind.FACE, box=Box.of(box), source="eyes", confidence=chance)


def test_a_whole_thing_costs_nothing_but_for_touching_the_frame() -> None:
    things = suspects((BIG, 0.9))
    assert cost(things, 0.38, 0.2, 0.9, 1.0) == 0
    assert 0 < cost(things, 0.4, 0.2, 0.9, 1.0) < 0.2


def test_a_crop_without_the_main_face_is_as_bad_as_one_that_cuts_it() -> None:
    faces = (face(0.6, 0.4, 0.2, 0.5, 0.4), face(0.4, 0.8, 0.2, 0.85, 0.3))
    boxes = np.array([[0.6, 0, 1, 1], [0.45, 0, 1, 1], [0.3, 0, 0.7, 1], [0, 0, 0.825, 1]])
    assert face_cut(faces, boxes) == pytest.approx([0.6, 0.6, 0.0, 0.4])


def test_a_face_that_is_hardly_suspected_may_be_lost() -> None:
    boxes = np.array([[0.6, 0, 1, 1]])
    assert face_cut((face(0.2, 0.4, 0.2, 0.5, 0.4),), boxes) == pytest.approx([0])


def test_losing_the_main_thing_is_as_bad_as_halving_it() -> None:
    things = suspects((BIG, 0.9))
    assert cost(things, 0.7, 0.0, 1.0, 1.0) == pytest.approx(0.9)
    assert cost(things, 0.5, 0.0, 1.0, 1.0) == pytest.approx(0.9)


def test_another_thing_may_be_left_out_but_not_halved() -> None:
    things = suspects((BIG, 0.9), ((0.8, 0.3, 1.0, 0.7), 0.6))
    assert cost(things, 0.2, 0.2, 0.75, 1.0) == 0
    assert cost(things, 0.2, 0.2, 0.9, 1.0) == pytest.approx(0.6, abs=0.01)


def test_a_small_thing_counts_less() -> None:
    things = suspects((BIG, 0.9), (SMALL, 0.9))
    assert 0 < cost(things, 0.075, 0.0, 1.0, 1.0) < 0.3


@given(st.floats(0, 0.6), st.floats(0.4, 1.0), st.floats(0.1, 1.0))
def test_what_is_cut_costs_at_most_its_chance(low: float, high: float, chance: float) -> None:
    found = cost(suspects((BIG, chance)), low, 0.0, max(high, low + 0.05), 1.0)
    assert 0 <= found <= chance + 1e-12
    if low <= BIG[0] - 0.01 and high >= BIG[2] + 0.01:
        assert found == pytest.approx(0)


def test_who_is_to_go_may_be_lost(photos: Path) -> None:
    sight = View(open_photo(photos / "astronaut.jpg")).sight
    (face,) = (one for one in sight.faces[:1])
    beside = np.array([[0.0, 0.6, 1.0, 1.0]])  # below her face
    preference = Preference.load()
    free = preference.score(sight, beside, unwanted=(Box.whole(),))[0]
    assert preference.score(sight, beside)[0] < free - 0.2
    assert face.box.y2 < 0.6 and free == preference.density(sight).expected_overlap(beside)[0]
