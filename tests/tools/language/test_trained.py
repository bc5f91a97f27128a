"""The linear models of the reader: chances, and the file that ships."""

from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.language.trained import FILE, VERDICTS, Linear, signs_of, trained

NUMBER = st.floats(-50, 50)


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=5))
def test_chances_sum_to_one_and_unknown_features_say_nothing(
    weights: list[tuple[float, float, float]],
) -> None:
    names = {str(row): row for row in range(len(weights))}
    model = Linear(names, weights, [0.0, 1.0, -1.0])
    chances = model.chances(frozenset(names))
    assert abs(sum(chances) - 1) < 1e-9
    assert chances == model.chances(frozenset([*names, "never seen"]))


def test_what_ships_is_small_and_has_both_models() -> None:
    assert len(files("cropsmith.tools.language").joinpath(FILE).read_bytes()) < 300_000
    model = trained()
    assert model is not None
    assert len(model.roles.chances(frozenset())) == len(VERDICTS)
    assert model.misread(signs_of([], [], 2, model.roles.place, [])) < 0.5
