"""torchvision imports, whatever build stands beside torch; without it one sentence."""

import subprocess
import sys

import pytest

from cropsmith.errors import MissingExtra
from cropsmith.tools.models.torchvision_guard import import_torchvision


def test_transforms_work_in_a_fresh_process() -> None:
    pytest.importorskip("torch")
    code = (
        "from cropsmith.tools.models.torchvision_guard import import_torchvision as guard\n"
        "assert guard('a test', 'clip') is guard('a test', 'clip')\n"
        "import torch\n"
        "from torchvision.transforms.v2.functional import resize\n"
        "print(tuple(resize(torch.zeros(3, 8, 8), [4, 4]).shape))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "(3, 4, 4)", done.stderr[-500:]


def test_without_it_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(MissingExtra, match=r"cropsmith\[clip\]"):
        import_torchvision("CLIP", "clip")
