from pathlib import Path

import pytest

from cropsmith.agents.settings.sources import find_settings
from cropsmith.errors import UsageError


def test_an_argument_wins_over_the_environment_over_the_file_over_the_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = home / "config.toml"
    file.write_text('model = "vllm/file"\nseed = 1\njudge = true\noverrides = ["S=1", "L=0"]\n')
    monkeypatch.setenv("CROPSMITH_MODEL", "vllm/environment")
    monkeypatch.setenv("CROPSMITH_SEED", "2")
    found = find_settings(model="vllm/argument", effort=None)
    settings = found.settings
    assert (settings.model, settings.seed, settings.judge) == ("vllm/argument", 2, True)
    assert settings.overrides == ("S=1", "L=0") and settings.effort == "standard"
    assert found.origins == {
        "model": "argument",
        "seed": "CROPSMITH_SEED",
        "judge": str(file),
        "overrides": str(file),
    }


def test_lists_in_a_variable_are_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROPSMITH_OVERRIDES", "S=1 subject.L=3")
    assert find_settings().settings.overrides == ("S=1", "subject.L=3")


def test_an_argument_that_equals_the_default_still_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROPSMITH_TRACE", "false")
    assert find_settings().settings.trace is False
    assert find_settings(trace=True).settings.trace is True


@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_bad_value_names_the_place_it_came_from(
    place: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "file":
        (home / "config.toml").write_text('effort = "silly"\n')
    else:
        monkeypatch.setenv("CROPSMITH_EFFORT", "silly")
    named = "config.toml" if place == "file" else "CROPSMITH_EFFORT"
    with pytest.raises(UsageError, match=f"effort of .*{named} must be quick, .*'silly'"):
        find_settings()
