"""Values compared leaf by leaf, in words."""

from hypothesis import given
from hypothesis import strategies as st

from cropsmith.agents.trace.views.leaves import Change, changes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["dog", "", "a b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abx"), inner),
    max_leaves=8,
)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: object) -> None:
    assert changes(value, value) == ()


@given(JSON, JSON)
def test_nobody_is_shown_braces(before: object, after: object) -> None:
    told = "".join(f"{c.path}{c.before}{c.after}" for c in changes(before, after))
    assert not set(told) & set("{}[]'\"")


def test_a_leaf_is_named_by_its_place() -> None:
    before = {"subjects": [{"name": "dog", "sure": 0.5}], "tight": False}
    after = {"subjects": [{"name": "dog", "sure": 0.75}], "tight": True}
    assert changes(before, after) == (
        Change(path="subjects 1 sure", before="0.5000", after="0.7500"),
        Change(path="tight", before="no", after="yes"),
    )


def test_a_box_is_one_leaf_and_sentences_are_told_by_what_came_and_went() -> None:
    box = {"x1": 0.0, "y1": 0.0, "x2": 1.0, "y2": 0.5}
    (change,) = changes({"box": box}, {"box": {**box, "x2": 0.5}})
    assert (change.path, change.after) == ("box", "0.0000 0.0000 0.5000 0.5000")
    (change,) = changes(["It is calm.", "Cut."], ["It is calm.", "Whole.", "It is calm."])
    assert (change.before, change.after) == ("Cut.", "Whole.")
