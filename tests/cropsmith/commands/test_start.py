"""The program as it is started."""

import subprocess
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NoReturn

import pytest

from cropsmith.commands.__main__ import main

Command = Callable[..., Any]


class Interrupted(ModuleType):
    """A module during whose loading somebody presses Ctrl-C."""

    def __getattr__(self, name: str) -> NoReturn:
        raise KeyboardInterrupt


def test_ctrl_c_while_it_loads_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "cropsmith.commands.main"
    monkeypatch.setitem(sys.modules, name, Interrupted(name))
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert capsys.readouterr().err == "cropsmith: stopped.\n"


def test_it_is_a_module_to_run() -> None:
    command = [sys.executable, "-P", "-m", "cropsmith.commands", "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("cropsmith ")


def test_no_summary_of_a_command_is_cut_off(command: Command) -> None:
    groups = ["", "eval", "index", "models", "prompt", "trace", "train", "weights", "taste"]
    told = {group: command(*group.split(), "--help").out for group in groups}
    assert [group for group, text in told.items() if "..." in text.partition("Commands:")[2]] == []
    assert all("Commands:" in text for text in told.values())
