"""Passport photos: by the rule to the pixel, or refused with the reason."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cropsmith.errors import Infeasible
from cropsmith.tools.framing.heads import head_of
from cropsmith.tools.schema.evidence import Evidence
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, PassportRule, Shot, Target
from tests.tools.framing.pictures import IMAGE, asking, cropped, face, person

RULE = PassportRule(
    country="Freedonia", least_head=0.7, most_head=0.8, lowest_eyes=0.5, highest_eyes=0.7
)


def passport(shape: str | None = "7:9", rule: PassportRule = RULE) -> Intent:
    return asking(shape, shot=Shot.PASSPORT, passport=rule)


def refusal(intent: Intent, evidence: list[Evidence]) -> str:
    with pytest.raises(Infeasible) as refused:
        cropped(intent, evidence)
    return str(refused.value)


@settings(max_examples=80, deadline=None)
@given(
    st.floats(1000, 2000), st.floats(700, 1200), st.floats(120, 500),
    st.sampled_from(["7:9", "1:1", "5:7"]), st.floats(0.5, 0.75),
)  # fmt: skip
@example(x=1000.0, y=700.0, high=120.0, shape="7:9", least=0.75)
def test_head_and_eyes_lie_as_the_rule_says(
    x: float, y: float, high: float, shape: str, least: float
) -> None:
    rule = PassportRule(
        country="Freedonia", least_head=least, most_head=least + 0.1, lowest_eyes=0.5,
        highest_eyes=0.65,
    )  # fmt: skip
    found = face(x, y, high)
    crop, notes = cropped(passport(shape, rule), [found])
    head, tall = head_of(found.box, IMAGE), crop.size.height
    assert notes == ()
    assert rule.least_head - 0.01 <= head.height / tall <= rule.most_head + 0.01
    assert 0.49 <= (crop.bottom - head.eyes) / tall <= 0.66
    assert (x - crop.left) / crop.size.width == pytest.approx(0.5, abs=0.04)
    assert crop.top <= head.crown and crop.bottom >= head.chin


def test_nobody_and_several_are_refused() -> None:
    assert "no face was found" in refusal(passport(), [])
    assert "no face was found" in refusal(passport(), [person(1000, 400, 1500, 1900)])
    two = [face(900, 900, 200), face(2000, 900, 200)]
    assert "it shows 2 faces" in refusal(passport(), two)


def test_a_head_cut_by_the_photo_is_refused() -> None:
    assert "top edge cuts the head" in refusal(passport(), [face(1500, 90, 200)])
    assert "left edge cuts the head" in refusal(passport(), [face(50, 900, 200)])


def test_too_little_room_is_refused_with_what_is_missing() -> None:
    airy = RULE.model_copy(update={"least_head": 0.5, "most_head": 0.6, "highest_eyes": 0.51})
    assert "too little room above the head" in refusal(
        passport("1:1", airy), [face(1500, 370, 500)]
    )
    below = refusal(passport(), [face(1500, 1700, 560)])
    assert "too little room below the head" in below and "pixels more" in below
    beside = refusal(passport("1:1"), [face(320, 900, 500)])
    assert "too little room to the left of the head" in beside


def test_a_head_too_small_for_the_asked_pixels_is_refused() -> None:
    target = Target(ratio=Ratio.of(1, 1), size=Size(width=600, height=600))
    intent = passport().model_copy(update={"targets": (target,)})
    assert "the head is only 122 pixels high" in refusal(intent, [face(1500, 900, 100)])
    crop, _ = cropped(intent, [face(1500, 900, 400)])
    assert crop.size.height >= 600


def test_a_head_that_takes_all_the_height_of_its_crop_by_the_rule_is_no_conflict() -> None:
    snug = RULE.model_copy(update={"least_head": 0.75, "most_head": 0.8, "highest_eyes": 0.6})
    crop, _ = cropped(passport("7:9", snug), [face(1500, 900, 400)])
    assert crop.size.height <= 1.34 * 1.22 * 400


def test_a_refusal_says_what_works_instead() -> None:
    with pytest.raises(Infeasible) as refused:
        cropped(passport(), [face(1500, 90, 200)])
    assert "headshot" in (refused.value.hint or "")


def test_where_there_is_room_the_crop_keeps_off_the_ends_of_the_rule() -> None:
    airy = RULE.model_copy(update={"least_head": 0.5, "most_head": 0.7, "lowest_eyes": 0.55})
    found = face(1500, 900, 300)
    head = head_of(found.box, IMAGE)
    for wish in (Box.whole(), Box.of((0.4, 0.3, 0.6, 0.5))):
        crop, notes = cropped(passport("1:1", airy), [found], wish=wish)
        tall = crop.size.height
        assert notes == () and 0.51 < head.height / tall < 0.61
        assert 0.55 < (crop.bottom - head.eyes) / tall < 0.64
        assert head.crown - crop.top > 0.05 * tall


def test_where_there_is_no_such_room_all_of_the_rule_serves() -> None:
    airy = RULE.model_copy(update={"least_head": 0.5, "most_head": 0.7, "lowest_eyes": 0.55})
    found = face(1500, 230, 300)
    crop, notes = cropped(passport("1:1", airy), [found])
    assert notes == () and crop.top == 0
    assert (crop.bottom - head_of(found.box, IMAGE).eyes) / crop.size.height > 0.63
