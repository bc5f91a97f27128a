"""The program as it is started."""

import subprocess
import sys
from types import ModuleType
from typing import NoReturn

import pytest

from cropsmith.commands.__main__ import main


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
