from pathlib import Path

import numpy as np
import pytest

from cropsmith.errors import UsageError
from cropsmith.tools.photographer.measurements import Sight, look
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.photographer.taste import TRAITS, Judged, Notebook, judge, learn
from cropsmith.tools.schema.geometry import Boxes


@pytest.fixture(scope="module")
def sight() -> Sight:
    rows, columns = np.mgrid[:240, :320]
    ball = (rows - 120) ** 2 + (columns - 160) ** 2 < 40**2
    pixels = np.where(ball[..., None], (150, 30, 20), (200, 210, 220)).astype(np.uint8)
    return look(pixels)


ONE = np.array([0.7])


def boxes(seed: int, count: int = 40) -> Boxes:
    random = np.random.default_rng(seed)
    side = random.uniform(0.5, 0.95, (count, 2))
    low = random.uniform(0, 1, (count, 2)) * (1 - side)
    return np.concatenate([low, low + side], 1)


def judgements(sight: Sight, tight: bool) -> list[Judged]:
    """Thirty crops by a person who accepts the tight half, or the wide half."""
    drawn = boxes(0, 30)
    areas = np.prod(drawn[:, 2:] - drawn[:, :2], 1)
    scores = np.full(len(drawn), 0.7)
    wanted = (areas < np.median(areas)) == tight
    return [
        *judge(sight, drawn[wanted], scores[wanted], True),
        *judge(sight, drawn[~wanted], scores[~wanted], False),
    ]


@pytest.mark.parametrize("tight", [True, False])
def test_thirty_judgements_turn_the_ranking_towards_a_taste(sight: Sight, tight: bool) -> None:
    taste = learn(judgements(sight, tight))
    assert (taste.weights[TRAITS.index("tight")] > 0) == tight
    fresh = boxes(1)
    areas = np.prod(fresh[:, 2:] - fresh[:, :2], 1)
    general = Preference.load()
    own = general.adapted(taste)
    change = own.score(sight, fresh) - general.score(sight, fresh)
    assert (np.corrcoef(change, -areas)[0, 1] > 0.8) == tight


def test_no_judgement_no_change(sight: Sight) -> None:
    general, fresh = Preference.load(), boxes(2)
    own = general.adapted(learn([]))
    assert (own.score(sight, fresh) == general.score(sight, fresh)).all()


def test_one_kind_of_judgement_teaches_nothing(sight: Sight) -> None:
    assert not learn(judge(sight, boxes(3), np.full(40, 0.7), True)).weights.any()


@pytest.mark.parametrize("accepted", [(True, False, False), (True, True, False)])
def test_three_notes_change_nothing(sight: Sight, accepted: tuple[bool, ...]) -> None:
    notes = [one for k, said in enumerate(accepted) for one in judge(sight, boxes(k, 1), ONE, said)]
    assert not learn(notes).weights.any()


def test_random_notes_count_less_than_consistent_ones(sight: Sight) -> None:
    random = np.random.default_rng(4)
    drawn, scores = boxes(5, 30), np.full(30, 0.7)
    told = []
    for _ in range(20):
        chance = random.random(30) < 0.5
        chance[:2] = (True, False)
        notes = [j for k, j in enumerate(judge(sight, drawn, scores, True)) if chance[k]]
        notes += [j for k, j in enumerate(judge(sight, drawn, scores, False)) if not chance[k]]
        told.append(float(np.abs(learn(notes).weights).sum()))
    assert np.median(told) < 0.1 * np.abs(learn(judgements(sight, True)).weights).sum()


def test_a_word_is_replaced_and_taken_back(sight: Sight, home: Path) -> None:
    notebook = Notebook()
    notebook.note(judge(sight, boxes(7, 1), ONE, True, of="a/0"))
    notebook.note(judge(sight, boxes(8, 1), ONE, True, of="b/0"))
    notebook.note(judge(sight, boxes(7, 1), ONE, False, of="a/0"))
    assert [(one.of, one.accepted) for one in notebook.judged()] == [("b/0", True), ("a/0", False)]
    notebook.take_back("a/0")
    assert [one.of for one in notebook.judged()] == ["b/0"]


def test_notes_are_kept_added_to_and_forgotten(sight: Sight, home: Path) -> None:
    notebook = Notebook()
    assert notebook.taste().judged == 0
    notebook.note(judgements(sight, True))
    notebook.note(judgements(sight, True)[:5])
    assert Notebook().taste().judged == 35
    assert "tight" in Notebook().taste().strongest
    assert [p.name for p in home.iterdir()] == ["taste.json"]
    notebook.reset()
    assert Notebook().judged() == []


def test_spoilt_notes_are_reported(home: Path) -> None:
    (home / "taste.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read"):
        Notebook().taste()
