"""Roles are true of the boxes that have them, and drafts show the subject whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.photographer.roles import Role, drafts, most_of, role_of
from cropsmith.tools.schema.geometry import Box

SUBJECT = Box(x1=0.4, y1=0.4, x2=0.5, y2=0.55)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    width, height = draw(st.floats(0.02, 0.9)), draw(st.floats(0.02, 0.9))
    x, y = draw(st.floats(0, 1 - width)), draw(st.floats(0, 1 - height))
    return Box.of((x, y, x + width, y + height))


@given(boxes(), st.one_of(st.none(), st.floats(0.3, 3)))
def test_drafts_have_the_shape_and_the_whole_subject(subject: Box, shape: float | None) -> None:
    for box in drafts(shape, subject):
        assert box.contains(subject)
        assert box.width / box.height == pytest.approx(shape or 1, rel=1e-6)


def test_a_small_subject_gets_a_draft_for_every_role() -> None:
    roles = {role_of(box, None, SUBJECT, sure=True) for box in drafts(None, SUBJECT)}
    assert roles >= {
        Role.AS_IT_IS, Role.MEDIUM, Role.CLOSE_UP, Role.SUBJECT_LEFT, Role.SUBJECT_RIGHT,
    }  # fmt: skip


@given(boxes(), boxes(), st.one_of(st.none(), st.floats(0.3, 3)))
def test_a_role_is_true_of_its_box(box: Box, subject: Box, shape: float | None) -> None:
    role = role_of(box, shape, subject, sure=True)
    at = (subject.centre.x - box.x1) / box.width
    if role in (Role.SUBJECT_LEFT, Role.SUBJECT_RIGHT, Role.CLOSE_UP):
        assert box.contains(subject)
    if role is Role.SUBJECT_LEFT:
        assert at < 0.5
    if role is Role.SUBJECT_RIGHT:
        assert at > 0.5
    if role is Role.CLOSE_UP:
        filled = max(subject.width / box.width, subject.height / box.height)
        assert filled > 0.5 or box.area <= 0.2 * most_of(shape)
    if role is Role.ESTABLISHING:
        assert box.area > 0.7 * most_of(shape)


@given(boxes(), boxes())
def test_nothing_is_called_the_subject_that_is_not_sure(box: Box, subject: Box) -> None:
    role = role_of(box, None, subject, sure=False)
    assert "subject" not in role
    assert (role is Role.LEFT_PART) <= (box.centre.x < 0.5)
    assert (role is Role.LOWER_PART) <= (box.centre.y > 0.5)
