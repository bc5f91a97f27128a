from pathlib import Path

import pytest

from cropsmith.agents.settings.recipe import load_recipe, own_recipes, recipe_names
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


def own(home: Path, name: str, text: str | bytes) -> Path:
    """Write a person's own recipe."""
    path = home / "recipes" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_an_own_recipe_is_read_from_the_home_folder(home: Path) -> None:
    assert own_recipes() == {}
    path = own(home, "mine", 'style = "in-context"\ntools = true\nS = 4\nR = 3\n[ratio]\nS = 2\n')
    recipe = load_recipe("mine", ["subject.R=5"])
    assert (recipe.name, recipe.style, recipe.tools) == ("mine", "in-context", True)
    assert (recipe.free.S, recipe.subject.S, recipe.ratio.S) == (4, 4, 2)
    assert (recipe.free.R, recipe.subject.R, recipe.ratio.R) == (3, 5, 3)
    assert own_recipes() == {"mine": path} and "mine" not in recipe_names()


def test_tools_can_be_set_for_any_recipe() -> None:
    assert load_recipe("cropper", ["tools=true"]).tools and not load_recipe("cropper").tools


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("mine", "style = ", "mine.toml is not TOML"),
        ("mine", b"\xff\xfe", "mine.toml cannot be read"),
        ("mine", 'stile = "argued"', "mine.toml has no 'stile'"),
        ("mine", 'style = "sung"', "mine.toml: style cannot be so"),
        ("mine", "[free]\nZ = 1", "mine.toml has no 'free.Z'"),
        ("mine", "free = 3\nS = 1", "free must be a table"),
        ("mine", 'name = "other"', "mine.toml has no 'name'"),
        ("cropper", "S = 1", "'cropper' ships with cropsmith. Rename"),
    ],
)
def test_an_own_recipe_that_cannot_be_used_is_one_sentence(
    home: Path, name: str, text: str | bytes, told: str
) -> None:
    own(home, name, text)
    with pytest.raises(UsageError) as refused:
        load_recipe(name)
    assert told in str(refused.value) and "\n" not in str(refused.value)


def test_an_own_recipe_is_named_where_another_is_misspelt(home: Path) -> None:
    own(home, "mine", "S = 1")
    with pytest.raises(UsageError, match="Known: mine"):
        load_recipe("mime")
