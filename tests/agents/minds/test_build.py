"""Every way of asking, with tools and without, as settings and recipes say."""

from pathlib import Path

import pytest

from cropsmith.agents.backends.providers.scripted import Scripted
from cropsmith.agents.minds.argued.mind import Argued
from cropsmith.agents.minds.base.mind import Locator
from cropsmith.agents.minds.by_example.mind import ByExample
from cropsmith.agents.minds.with_tools.mind import WithTools
from cropsmith.agents.parts.parts import Parts, build_parts
from cropsmith.agents.settings.run_settings import RunSettings


def parts_of(**settings: object) -> Parts:
    return build_parts(RunSettings.checked({"trace": False, **settings}), backend=Scripted([]))


@pytest.mark.parametrize("agentic", [False, True])
@pytest.mark.parametrize(("recipe", "way"), [("", Argued), ("cropper", ByExample)])
def test_tools_go_around_either_way_of_asking(recipe: str, way: type, agentic: bool) -> None:
    parts = parts_of(recipe=recipe, agentic=agentic)
    mind = parts.mind
    assert isinstance(mind, Locator) and mind.name == "scripted/script"
    if agentic:
        assert isinstance(mind, WithTools)
        mind = mind.inner
    assert isinstance(mind, way)
    assert parts.notes == ()


def test_a_recipe_with_tools_is_agentic_without_the_setting(home: Path) -> None:
    (home / "recipes").mkdir()
    (home / "recipes" / "mine.toml").write_text("tools = true", "utf-8")
    assert isinstance(parts_of(recipe="mine").mind, WithTools)
    assert isinstance(parts_of(recipe="cropper", overrides=("tools=true",)).mind, WithTools)


@pytest.mark.parametrize("settings", [{"agentic": True}, {"overrides": ("tools=true",)}])
def test_one_call_alone_leaves_no_room_for_tools_and_that_is_said(
    settings: dict[str, object],
) -> None:
    parts = parts_of(effort="quick", **settings)
    assert isinstance(parts.mind, Argued)
    assert parts.notes == ("No tools were offered: the effort quick asks the model once.",)
    by_example = parts_of(effort="quick", recipe="cropper", **settings)
    assert isinstance(by_example.mind, WithTools) and by_example.notes == ()


def test_what_asking_by_example_has_no_use_for_is_said() -> None:
    parts = parts_of(recipe="cropper", overlays=True, effort="thorough", agentic=True)
    assert parts.notes == (
        "Not used: effort, overlays; the model asked by example has no use for that.",
    )
