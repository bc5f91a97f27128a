"""`cropsmith weights`, as a person uses it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cropsmith.commands.main import app
from cropsmith.tools.models.weights import WeightsMissing, weight_file


def test_list_says_what_is_here(
    shared_data: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    before = CliRunner().invoke(app, ["weights", "list"])
    assert before.exit_code == 0 and "yunet" in before.stdout
    assert " here" not in before.stdout.replace("not here", "")
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(shared_data / "weights"))
    after = CliRunner().invoke(app, ["weights", "list"])
    assert "  here" in after.stdout


def test_fetch_prints_the_place_of_what_is_there(
    shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROPSMITH_WEIGHTS", str(shared_data / "weights"))
    done = CliRunner().invoke(app, ["weights", "fetch", "yunet"])
    assert done.exit_code == 0
    assert done.stdout.strip().endswith(weight_file("yunet").file)


def test_fetch_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    done = CliRunner().invoke(app, ["weights", "fetch", "yunet"])
    assert isinstance(done.exception, WeightsMissing)
    assert "offline" in str(done.exception)
