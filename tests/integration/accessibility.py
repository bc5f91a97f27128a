"""axe-core on a page: what keeps somebody from using it."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
AXE = Path(
    os.environ.get("CROPSMITH_TEST_AXE", ROOT / ".venv-axe/node_modules/axe-core/axe.min.js")
)
"""As .ci/servers installs it."""


@cache
def _source() -> str:
    if not AXE.is_file():
        pytest.skip(f"axe-core is not at {AXE}: run .ci/servers")
    return AXE.read_text("utf-8")


def serious(page: Any) -> list[str]:
    """Return each serious or critical finding on a page, with the first element it is about."""
    page.evaluate(_source())
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
