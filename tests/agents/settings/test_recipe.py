import pytest

from cropsmith.agents.settings.recipe import load_recipe, recipe_names
from cropsmith.errors import UsageError


def test_cropper_has_the_published_numbers() -> None:
    recipe = load_recipe("cropper")
    published = {
        "free": (30, 5, 6, 2, 0.05, "score", "last"),
        "subject": (30, 1, 5, 10, 0.05, "centre", "last"),
        "ratio": (10, 1, 6, 2, 0.05, "ratio", "best"),
    }
    for task, numbers in published.items():
        row = getattr(recipe, task)
        assert (row.S, row.T, row.R, row.L, row.temperature, row.G, row.final) == numbers
    assert recipe.alone and recipe.scorers == "cropper"


def test_each_number_can_be_overridden_for_one_task_or_all() -> None:
    recipe = load_recipe(
        "cropper", ["S=10", "subject.L=3", "final=best", "free.temperature=0.2", "alone=false"]
    )
    assert (recipe.free.S, recipe.subject.S, recipe.ratio.S) == (10, 10, 10)
    assert (recipe.free.L, recipe.subject.L, recipe.ratio.L) == (2, 3, 2)
    assert recipe.free.final == "best" and recipe.free.temperature == 0.2
    assert recipe.ratio.temperature == 0.05 and not recipe.alone


@pytest.mark.parametrize(
    ("name", "override", "hint"),
    [
        ("croper", "", "cropper"),
        ("cropper", "S", "name=value"),
        ("cropper", "rounds=3", "per_round"),
        ("cropper", "subjekt.S=3", ""),
        ("cropper", "S=many", ""),
        ("cropper", "L=-1", ""),
        ("cropper", "final=first", ""),
    ],
)
def test_mistakes_are_sentences(name: str, override: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        load_recipe(name, [override] if override else [])
    assert hint in str(refused.value)


def test_every_recipe_that_ships_loads() -> None:
    assert {load_recipe(name).name for name in recipe_names()} == {"cropper", "standard"}
