from pathlib import Path

import numpy as np
import pytest

from cropsmith.tools.finder.nanodet import Found
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.photographer.clues import COUNT, clues_of, of_things
from cropsmith.tools.photographer.measurements import look
from cropsmith.tools.photographer.opened_photo import SIGHT_SIDE
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.ratio import Ratio

NOTHING = Found(np.empty((0, 4)), np.empty(0), np.empty(0, np.intp))
PERSON = Found(np.array([[0.4, 0.2, 0.6, 0.8]]), np.array([0.9]), np.array([0], np.intp))
BOXES = np.array([[0.0, 0.0, 1.0, 1.0], [0.3, 0.1, 0.7, 0.9], [0.5, 0.0, 1.0, 1.0], [0.7, 0, 1, 1]])


def test_a_thing_is_whole_cut_or_lost() -> None:
    clues = of_things(PERSON, BOXES)
    kept, worst = clues[:, 0], clues[:, 1]
    assert kept == pytest.approx([1, 1, 0.5, 0])
    assert worst[[0, 1, 3]] == pytest.approx([0, 0, 0], abs=1e-9)
    assert worst[2] > 0.9
    assert clues[:, 3:6] == pytest.approx(clues[:, :3]), "a person is a living thing"


def test_the_main_thing_has_a_place_and_a_share() -> None:
    whole, close = of_things(PERSON, BOXES[:2])[:, 6:]
    inside, share, *near = close[:4]
    sure = inside
    assert share / sure == pytest.approx(0.12 / 0.32)
    assert np.array(near) / sure == pytest.approx([0.25, 0.125])
    assert whole[1] < share


def test_nothing_found_says_nothing() -> None:
    assert not of_things(NOTHING, BOXES).any()
    table = Found(PERSON.boxes, PERSON.scores, np.array([60], np.intp))
    assert not of_things(table, BOXES)[:, 3:6].any(), "a table is no living thing"


def test_the_clues_are_the_photographers_own_and_the_finders(photos: Path) -> None:
    model, sight = Preference.load(), look(open_photo(photos / "coffee.jpg").pixels(SIGHT_SIDE))
    for ratio in (None, Ratio.parse("4:5")):
        clues = clues_of(model, sight, PERSON, BOXES, ratio)
        expected = model.density(sight, ratio).expected_overlap(BOXES)
        assert clues.shape == (len(BOXES), COUNT)
        assert clues[:, 0] == pytest.approx(expected)
        assert clues[:, 27:] == pytest.approx(of_things(PERSON, BOXES))
    assert clues_of(model, sight, NOTHING, BOXES)[:, :27].any(0).sum() > 20


def test_voters_weigh_what_the_finder_found(photos: Path) -> None:
    model, sight = Preference.load(), look(open_photo(photos / "coffee.jpg").pixels(SIGHT_SIDE))
    plain, told = model.votes(sight, BOXES), model.votes(sight, BOXES, PERSON)
    assert model.voters is not None
    assert told - plain == pytest.approx(clues_of(model, sight, PERSON, BOXES) @ model.voters)
    apart = told - model.votes(sight, BOXES, NOTHING)
    assert np.ptp(apart) > 0.05, "what was found moves the odds"
