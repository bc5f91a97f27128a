import pickle
from typing import Any

import pytest

import cropsmith
from cropsmith.agents.settings.run_settings import RunSettings
from cropsmith.api import Settings
from cropsmith.errors import UsageError


def test_the_typed_arguments_of_crop_are_the_settings_field_by_field() -> None:
    assert list(Settings.__annotations__) == list(RunSettings.model_fields)
    for name, written in Settings.__annotations__.items():
        kind: Any = RunSettings.model_fields[name].annotation
        assert written in (kind, kind | None), name


def test_settings_pickle() -> None:
    settings = RunSettings(model="vllm/m", overrides=("S=1",), taste=(0.5,))
    assert pickle.loads(pickle.dumps(settings)) == settings


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("effort", "silly", "quick"),
        ("timeout", -1, "a number above 0, not -1"),
        ("timeout", float("nan"), "a number above 0, not nan"),
        ("temperature", 9, "a number from 0 to 2, not 9"),
        ("max_cost", 0, "a number above 0, not 0"),
        ("seed", "x", "a whole number of 0 or more, not 'x'"),
    ],
)
def test_a_value_that_cannot_be_is_one_sentence(name: str, value: Any, told: str) -> None:
    with pytest.raises(UsageError, match=f"^{name} must be .*{told}"):
        RunSettings.checked({name: value})


def test_an_unknown_setting_is_told() -> None:
    with pytest.raises(UsageError, match="no setting 'modle'"):
        RunSettings.checked({"modle": "builtin"})


def test_what_another_version_recorded_is_left_out() -> None:
    assert RunSettings.recorded({"seed": 3, "gone": 1, "taste": []}) == RunSettings(
        seed=3, taste=()
    )


def test_each_setting_says_what_it_does() -> None:
    assert all(field.description for field in RunSettings.model_fields.values())


@pytest.mark.parametrize(
    ("changed", "asks", "argued", "idle"),
    [
        ({"judge": True, "temperature": 0.7, "max_cost": 1}, False, True, 3),
        ({"judge": True, "temperature": 0.7, "max_cost": 1}, True, True, 0),
        ({"overlays": True}, True, False, 1),
        ({"overlays": True}, True, True, 0),
        ({"overrides": ("R=3", "subject.L=1")}, False, True, 1),
        ({"overrides": ("G=score",)}, False, True, 0),
        ({"overrides": ("R=3",)}, True, True, 0),
        ({"effort": "quick"}, True, True, 0),
        ({"effort": "thorough", "strict": True}, False, True, 1),
        ({"effort": "thorough", "strict": True}, True, True, 0),
        ({"effort": "thorough", "agentic": True}, True, False, 1),
        ({"effort": "quick"}, False, True, 0),
        ({"effort": "quick"}, True, False, 0),
    ],
)
def test_what_the_mind_has_no_use_for_is_known(
    changed: dict[str, Any], asks: bool, argued: bool, idle: int
) -> None:
    settings = RunSettings.checked(changed)
    assert len(settings.idle(asks_a_model=asks, argued=argued)) == idle


async def test_a_setting_of_no_use_is_told_and_an_error_under_strict() -> None:
    from skimage import data

    photo = data.astronaut()
    result = await cropsmith.acrop(photo, "square", judge=True, trace=False)
    assert "Not used: judge; the built-in photographer has no use for that." in result.notes
    with pytest.raises(UsageError, match="Not used: judge"):
        await cropsmith.acrop(photo, "square", judge=True, strict=True, trace=False)
