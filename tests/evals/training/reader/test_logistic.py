"""The fit: it learns what separates, the same each time, and weighs its cases."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cropsmith.evals.training.reader.logistic import Example, fitted


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 12), st.sampled_from([0.5, 2.0]))
def test_what_separates_is_learnt_and_the_fit_is_the_same_each_time(
    count: int, penalty: float
) -> None:
    cases = [Example(frozenset([name, "all"]), k) for k, name in enumerate("abc")] * count
    model = fitted(cases, 3, penalty, 2)
    for k, name in enumerate("abc"):
        chances = model.chances(frozenset([name, "all"]))
        assert max(range(3), key=lambda one: chances[one]) == k
    assert fitted(cases, 3, penalty, 2) == model


def test_rare_features_are_left_out_and_weights_count() -> None:
    cases = [Example(frozenset(["a"]), 0, 5.0), Example(frozenset(["a"]), 1), Example(
        frozenset(["rare"]), 1)]  # fmt: skip
    model = fitted(cases, 2, 1.0, 2)
    assert set(model.place) == {"a"}
    assert model.chances(frozenset(["a"]))[0] > 0.5
