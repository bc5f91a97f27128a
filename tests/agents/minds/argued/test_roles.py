"""Roles are those that the request leaves open."""

from typing import Any

import numpy as np
import pytest

from cropsmith.agents.minds.argued.filled import proposals_like
from cropsmith.agents.minds.argued.roles import AskedRole, role_words, roles_for
from cropsmith.agents.minds.asking.script import Script
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.images.photo import open_photo
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.evidence import Grounding
from cropsmith.tools.schema.request import CropRequest

LEFT, RIGHT = "subject on the left third", "subject on the right third"


def brief(words: str) -> Brief:
    view = View(open_photo(np.zeros((60, 90, 3), np.uint8)))
    intent = understand(CropRequest(text=words), view.size).model_copy(update={"words": words})
    return Brief(
        view=view,
        intent=intent,
        target=intent.targets[0],
        target_index=0,
        analysis=None,
        grounding=Grounding(),
        evidence=(),
    )


@pytest.mark.parametrize(
    ("words", "among", "not_among"),
    [
        ("4:5 of the dog", ["as asked", "establishing", "close-up", "as it is"], ["another"]),
        ("", ["medium"], ["as asked"]),
        (
            "the dog, leave room on the left",
            ["subject on the right third"],
            ["subject on the left third"],
        ),
        (
            "the dog on the left third",
            ["subject on the left third"],
            ["subject on the right third"],
        ),
        ("tight on the dog", ["close-up"], ["establishing", "as it is"]),
        ("a headshot", ["as asked"], ["establishing"]),
        ("as little as possible cut away", ["establishing"], ["close-up"]),
    ],
)
def test_the_request_decides(words: str, among: list[str], not_among: list[str]) -> None:
    roles = [str(role) for role in roles_for(brief(words), 8)]
    assert set(among) <= set(roles) and not set(not_among) & set(roles)
    assert len(set(roles)) == len(roles) <= 8


def test_every_role_has_words() -> None:
    script = Script()
    lines = role_words(script, list(AskedRole)).splitlines()
    assert [line.removeprefix("- ").split(":")[0] for line in lines] == [str(r) for r in AskedRole]


def test_the_example_has_the_asked_shape_and_a_role_that_is_asked() -> None:
    one = brief("4:5 of the dog, leave room on the left")
    roles = roles_for(one, 6)
    like: Any = proposals_like(roles, one.target, one.view.size, quick=False)
    for crop in like.crops:
        assert crop.role in roles
        assert crop.box.width * 90 / (crop.box.height * 60) == pytest.approx(0.8)
