"""What an answer is worth."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.agents.backends.boxes.family import family_named
from cropsmith.agents.backends.boxes.read_answer import write_answer
from cropsmith.agents.minds.argued.answers import CropIdea, Proposals
from cropsmith.agents.minds.argued.roles import AskedRole
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.training.lessons.answers import preferred
from cropsmith.evals.training.lessons.lecture import lessons_of
from cropsmith.evals.training.lessons.lesson import Truth, said
from cropsmith.evals.training.lessons.reward import WEIGHTS, reward, trl_reward
from cropsmith.tools.schema.evidence import Element
from cropsmith.tools.schema.geometry import Box, Size

QWEN = family_named("qwen3-vl")
SIZE = Size(width=1000, height=500)
EXPERT = Box(x1=0.2, y1=0.1, x2=0.8, y2=0.9)
SUBJECT = Box(x1=0.3, y1=0.3, x2=0.5, y2=0.6)


def truth(**told: Any) -> Truth:
    known = {"experts": (EXPERT,), "keep": False, "ratio": 1.5, "subject": SUBJECT} | told
    return Truth(purpose="propose", convention=QWEN, sent=SIZE, photo=SIZE, **known)


def proposed(box: Box, *, keep: bool = False) -> str:
    idea = CropIdea(role=AskedRole.MEDIUM, element=Element.CENTER, reason="It is calm.", box=box)
    return write_answer(Proposals(crops=[idea], keep=keep), QWEN, SIZE)


def test_the_experts_own_crop_is_worth_everything() -> None:
    terms = reward(proposed(EXPERT), truth())
    assert set(terms) == {"format", "overlap", "ratio", "subject", "keep", "total"}
    assert all(value == pytest.approx(1.0, abs=5e-3) for value in terms.values())


def test_every_fault_costs_its_own_term() -> None:
    whole = reward(proposed(EXPERT), truth())
    cut = reward(proposed(Box(x1=0.4, y1=0.1, x2=1.0, y2=0.9)), truth())
    assert cut["subject"] == 0 and cut["overlap"] == pytest.approx(0.5, abs=0.01)
    assert cut["ratio"] == pytest.approx(whole["ratio"], abs=5e-3)
    assert reward(proposed(EXPERT), truth(ratio=1.0))["ratio"] == 0
    near = reward(proposed(EXPERT), truth(ratio=1.5 * 1.05))["ratio"]
    assert 0 < near < 1
    kept = reward(proposed(EXPERT, keep=True), truth())
    assert kept["keep"] == 0 and kept["overlap"] == pytest.approx(EXPERT.area, abs=0.01)


@pytest.mark.parametrize("text", ["", "I would crop it.", '{"crops": []}', '{"crops": [{}]}'])
def test_what_a_run_could_not_read_is_worth_nothing(text: str) -> None:
    assert set(reward(text, truth(), lambda box: 1.0).values()) == {0.0}


def test_the_preference_moves_little() -> None:
    liked = reward(proposed(EXPERT), truth(), lambda box: 1.0)["total"]
    disliked = reward(proposed(EXPERT), truth(), lambda box: 0.0)["total"]
    assert 0 < liked - disliked <= WEIGHTS["preference"] <= 0.2


def test_a_choice_is_worth_what_its_crop_is() -> None:
    known = truth(letters=(0.4, 0.8)).model_copy(update={"purpose": "decide"})
    answers = [write_answer(preferred([EXPERT, SUBJECT], at), QWEN, SIZE) for at in range(2)]
    worth = [reward(answer, known) for answer in answers]
    assert [one["choice"] for one in worth] == [0.5, 1.0]
    assert worth[0]["total"] < worth[1]["total"] == 1.0
    assert reward('{"choice": "C"}', known)["total"] == 0


@given(
    st.lists(st.integers(0, 1000), min_size=4, max_size=4),
    st.booleans(),
    st.floats(0.1, 10),
)
def test_no_term_leaves_its_range(corners: list[int], keep: bool, ratio: float) -> None:
    idea = f'{{"role":"medium","element":"center","reason":"","bbox_2d":{corners}}}'
    text = f'{{"crops":[{idea}],"keep":{str(keep).lower()}}}'
    assert all(0 <= value <= 1 for value in reward(text, truth(ratio=ratio)).values())


def test_trl_gets_the_total_of_each_completion(fcdb: Dataset) -> None:
    photo = fcdb.photos[0]
    lessons = list(lessons_of(photo, photo.votes, QWEN, "grpo"))
    assert {lesson.ask.purpose for lesson in lessons} == {"propose", "decide"}
    columns = [lesson.truth.model_dump_json() for lesson in lessons]
    right = [[{"role": "assistant", "content": said(lesson).answer}] for lesson in lessons]
    assert all(total >= 0.95 for total in trl_reward(completions=right, truth=columns, step=3))
    wrong = ["no" for _ in lessons]
    assert trl_reward(completions=wrong, truth=columns) == [0.0] * len(lessons)
