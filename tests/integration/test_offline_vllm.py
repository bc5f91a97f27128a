"""vLLM's offline engine with a tiny model: many requests in one call, each held to its schema."""

import json
import os
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.integration.conftest import ON_CPU, MakeVlm
from tests.integration.offline_asks import SEEDS

pytestmark = pytest.mark.integration

ENGINE = {"dtype": "float32", "enforce_eager": True, "skip_mm_profiling": True, "max_num_seqs": 16}


def test_many_requests_are_answered_in_one_call(make_vlm: MakeVlm, vllm_venv: Path) -> None:
    script = Path(__file__).with_name("offline_asks.py")
    folder = make_vlm("qwen3_vl")
    site = sysconfig.get_paths()["purelib"]
    made = subprocess.run(
        [str(vllm_venv / "bin" / "python"), str(script), str(folder), site],
        env={**os.environ, **ON_CPU, "CROPSMITH_VLLM_ENGINE": json.dumps(ENGINE)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    line = next((n for n in made.stdout.splitlines() if n.startswith("RESULT ")), None)
    assert line is not None, made.stdout[-1000:] + made.stderr[-3000:]
    found = json.loads(line.removeprefix("RESULT "))

    # All of them went into the engine's first call; what follows are repairs.
    assert found["together"][0] == 3 * SEEDS
    statuses = [reply["status"] for reply in found["whole"]]
    # Swapped corners, which no grammar can forbid, and answers that random weights never end.
    assert set(statuses) <= {"ok", "invalid", "truncated"}
    assert statuses.count("ok") >= len(statuses) / 2
    for reply in found["whole"]:
        assert reply["tokens"]["prompt"] and reply["tokens"]["completion"]
        assert reply["convention"].startswith("qwen3-vl") and reply["cost"] == 0
    # The photo and the system's text are computed once.
    cached = [reply["tokens"]["cached"] or 0 for reply in found["whole"]]
    assert sum(cached) > 0.4 * sum(reply["tokens"]["prompt"] for reply in found["whole"])
    # One that cannot be read is its own fault, and harms no other of its batch.
    whole, broken = found["one_broken"]
    assert whole["status"] in ("ok", "truncated")
    assert broken["status"] == "unavailable" and broken["trouble"] == "picture"
