"""A replay tells calls apart that differ in their pictures alone."""

import pytest
from pydantic import BaseModel

from cropsmith.agents.backends.boxes.rendering import prompt_text
from cropsmith.agents.backends.protocol.backend import Ask, Message, Part, Picture
from cropsmith.agents.replay.replies import Recorded, _matching
from cropsmith.agents.trace.record import CallRecord
from cropsmith.tools.schema.geometry import Size

SIZES = [(300, 500), (310, 500)]
TEXT = "user: A:\nuser: [picture {} {}x{}]\nuser: B:\nuser: [picture {} {}x{}]"


def picture(width: int, height: int) -> Picture:
    return Picture(data=f"coded anew, {width}".encode(), size=Size(width=width, height=height))


@pytest.mark.parametrize("order", [SIZES, SIZES[::-1]], ids=["first", "second"])
def test_orders_of_one_choice_are_told_by_the_sizes(order: list[tuple[int, int]]) -> None:
    recorded = [
        Recorded(CallRecord(purpose="decide", model="m", status="ok", prompt=prompt), None)
        for prompt in (
            TEXT.format("0" * 12, *one, "1" * 12, *other) for one, other in (SIZES, SIZES[::-1])
        )
    ]
    parts: list[Part] = ["A:", picture(*order[0]), "B:", picture(*order[1])]
    ask = Ask(purpose="decide", messages=[Message("user", parts)], answer=BaseModel)
    found = _matching(recorded, prompt_text(ask.messages), ask, None)
    assert recorded.index(found) == (0 if order == SIZES else 1)
