import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import data

from cropsmith.tools.explain.contributions import contributions
from cropsmith.tools.explain.reasons import (
    ASKED_BEST,
    EXPERT,
    KEPT,
    LEAST_GAIN,
    MOST,
    NOT_SURE,
    SIDES,
    reasons_for,
)
from cropsmith.tools.photographer.measurements import Sight, look
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import (
    Across,
    Down,
    Intent,
    Phrase,
    Placement,
    Target,
    Tightness,
)
from cropsmith.tools.schema.result import Verdict
from tests.tools.explain.scenes import BALL, CROP, scene


def found(kind: EvidenceKind, box: Box, phrase: str = "") -> Evidence:
    return Evidence(kind=kind, box=box, source="nanodet", phrase=phrase, confidence=0.9)


@pytest.fixture(scope="module")
def sight() -> Sight:
    return look(scene())


def words(sight: Sight, box: Box, *evidence: Evidence) -> str:
    return " ".join(reasons_for(sight, box, evidence))


def test_at_most_three_and_at_least_one(sight: Sight) -> None:
    assert 1 <= len(reasons_for(sight, CROP)) <= MOST


def test_each_sentence_about_a_side_comes_from_a_gain(sight: Sight) -> None:
    gains = {c.choice: c for c in contributions(sight, CROP)}
    for choice, place in SIDES.items():
        said = any(place in sentence for sentence in reasons_for(sight, CROP))
        assert not said or gains[choice].gain >= LEAST_GAIN


def test_clutter_is_not_called_empty() -> None:
    cluttered = scene()
    random = np.random.default_rng(0)
    cluttered[:, :80] = random.integers(0, 255, (240, 80, 3), dtype=np.uint8)
    assert "empty space on the left" not in words(look(cluttered), CROP)


def test_what_was_asked_for_is_named_first(sight: Sight) -> None:
    ball = found(EvidenceKind.SUBJECT, BALL, "red ball")
    assert reasons_for(sight, CROP, [ball])[0] == "Keeps the red ball whole."
    two = found(EvidenceKind.SUBJECT, Box(x1=0.5, y1=0.2, x2=0.55, y2=0.3), "red ball")
    assert reasons_for(sight, CROP, [ball, two])[0] == "Keeps the red ball whole."


def test_what_is_cut_or_gone_is_not_called_whole(sight: Sight) -> None:
    ball = found(EvidenceKind.SUBJECT, BALL, "red ball")
    through = CROP.model_copy(update={"x2": 0.7})
    assert "red ball" not in words(sight, through, ball)


def test_what_the_photo_itself_cuts_is_only_in_the_picture(sight: Sight) -> None:
    edge = found(EvidenceKind.SUBJECT, Box(x1=0.9, y1=0.4, x2=1.0, y2=0.6), "tree")
    assert reasons_for(sight, CROP, [edge])[0] == "Keeps the tree in the picture."


def test_what_was_to_go_is_said_to_be_gone_only_where_it_is(sight: Sight) -> None:
    car = found(EvidenceKind.AVOID, Box(x1=0.0, y1=0.5, x2=0.2, y2=0.7), "car")
    assert "Leaves out the car." in words(sight, CROP, car)
    near = found(EvidenceKind.AVOID, Box(x1=0.2, y1=0.5, x2=0.5, y2=0.7), "car")
    assert "car" not in words(sight, CROP, near)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 0.4), st.floats(0, 0.3), st.floats(0.85, 1), st.floats(0.7, 1))
def test_a_third_that_is_named_is_where_the_thing_lies(
    x1: float, y1: float, x2: float, y2: float
) -> None:
    sight = look(scene())
    box = Box(x1=x1, y1=y1, x2=x2, y2=y2)
    said = words(sight, box, found(EvidenceKind.SUBJECT, BALL, "ball"))
    across = (BALL.centre.x - x1) / (x2 - x1)
    down = (BALL.centre.y - y1) / (y2 - y1)
    assert ("right third" in said) <= (abs(across - 2 / 3) < 0.05)
    assert ("left third" in said) <= (abs(across - 1 / 3) < 0.05)
    assert ("ball on the upper third" in said) <= (abs(down - 1 / 3) < 0.05)
    assert ("horizon on the lower third" in said) <= (
        abs((150 / 240 - y1) / (y2 - y1) - 2 / 3) < 0.06
    )


def test_faces_that_are_certain_are_named() -> None:
    sight = look(np.asarray(data.astronaut()))
    assert "face whole" in words(sight, Box(x1=0.25, y1=0.05, x2=0.75, y2=0.6))


def test_no_point_of_interest_is_spoken_of(sight: Sight) -> None:
    assert "point of interest" not in words(sight, CROP)


def test_a_kept_photo_says_so(sight: Sight) -> None:
    assert reasons_for(sight, Box.whole(), verdict=Verdict.KEEP) == [KEPT]


def wishing(**wishes: object) -> Intent:
    return Intent.model_validate({"task": "free", "targets": (Target(),), **wishes})


def test_what_the_request_decided_is_no_reason(sight: Sight) -> None:
    ball = found(EvidenceKind.SUBJECT, BALL, "red ball")
    about = Box(x1=0.45, y1=0.1, x2=0.96, y2=0.9)  # the ball in its middle
    assert "Centres the red ball" in " ".join(reasons_for(sight, about, [ball]))
    placed = wishing(placement=Placement(across=Across.CENTER, down=Down.CENTER))
    assert "Centres" not in " ".join(reasons_for(sight, about, [ball], intent=placed))
    loose = " ".join(reasons_for(sight, CROP, [ball], intent=wishing(tightness=Tightness.LOOSE)))
    assert "Removes" not in loose and "closer" not in loose


def test_leaving_out_is_no_reason_where_the_thing_is_doubtful(sight: Sight) -> None:
    car = found(EvidenceKind.AVOID, Box(x1=0.0, y1=0.4, x2=0.2, y2=0.6), "car")
    assert "Leaves out the car." in reasons_for(sight, CROP, [car])
    doubtful = car.model_copy(update={"confidence": 0.3})
    assert "Leaves out the car." not in reasons_for(sight, CROP, [doubtful])


def test_an_experts_choice_is_no_reason_where_what_was_asked_for_is_not_sure(sight: Sight) -> None:
    settled = {
        "tightness": Tightness.LOOSE,
        "placement": Placement(across=Across.CENTER, down=Down.CENTER),
        "subjects": (Phrase(text="dog", head="dog"),),
    }
    cut = Box(x1=0.0, y1=0.0, x2=0.65, y2=1.0)  # through the ball: of nothing whole can be spoken
    dog = found(EvidenceKind.SUBJECT, BALL, "dog")
    guess = dog.model_copy(update={"guessed": True})
    assert reasons_for(sight, cut, [dog], intent=wishing(**settled)) == [ASKED_BEST]
    free = {**settled, "subjects": ()}
    assert reasons_for(sight, cut, intent=wishing(**free)) == [EXPERT]
    for missing in ([], [guess]):
        assert reasons_for(sight, cut, missing, intent=wishing(**settled)) == [NOT_SURE]
