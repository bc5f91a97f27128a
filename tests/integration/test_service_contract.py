"""The service against its own OpenAPI document, by a tool that makes up requests."""

import os
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from cropsmith.service.keys import new_key
from tests.cropsmith.service.served import serving

ROOT = Path(__file__).parents[2]
# An environment of its own: its packages do not go with those of LangGraph's server.
TOOL = Path(os.environ.get("CROPSMITH_TEST_SCHEMATHESIS", ROOT / ".venv-schemathesis/bin/st"))

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not TOOL.is_file(), reason="needs schemathesis; .ci/servers installs it"),
]

# A wish may have the right form and still be none: an unknown shape, an address that is not there.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 413, 422, "5xx"]
"""


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    key = new_key(keys, "tester")
    with keys.open("a", encoding="utf-8") as file:
        file.write("per_minute = 1000000\nburst = 100000\nat_once = 100000\nin_batches = 100000\n")
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    options = ("--workers", "1", "--max-queue", "100000", "--wait", "2", "--keys", str(keys))
    with serving(tmp_path, *options) as service:
        found = subprocess.run(
            [
                str(TOOL),
                "run",
                f"{service.url}/openapi.json",
                "--header",
                f"Authorization: Bearer {key}",
                "--phases",
                "coverage,fuzzing",
                "--max-examples",
                "10",
                "--seed",
                "1",
                "--no-color",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
    assert found.returncode == 0, found.stdout[-20000:]
