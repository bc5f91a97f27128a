"""TRL trains on what `cropsmith train lessons` writes, by the recipes that it writes beside it.

A tiny model of random weights learns little in a few steps; that is enough to see that the recipes
run. `train_smoke.py` goes on until it has learnt, to rewards, a vLLM server, and LLaMA-Factory.
"""

import importlib.util
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cropsmith.commands.main import app
from tests.evals.published import write_fcdb
from tests.integration.conftest import GUARDED, MakeVlm

pytestmark = pytest.mark.integration
STEPS = 2
ON_CPU = (
    "--use_cpu True --bf16 False --dtype float32 --report_to none --gradient_accumulation_steps 1 "
    "--gradient_checkpointing False --logging_steps 1 --eval_strategy no --warmup_steps 0"
)
WHOLE = "--use_peft False --learning_rate 1e-2 --lr_scheduler_type"
"""All weights, whose rate falls as named: what noise has to learn is more than an adapter holds."""
FEW = f"{WHOLE} constant --max_steps {STEPS}"


def lessons(kind: str, data: Path, model: Path, out: Path) -> Path:
    told = ["train", "lessons", kind, data, "-o", out, "-m", model, "-q"]
    done = CliRunner().invoke(app, list(map(str, told)))
    assert done.exception is None, done.exception
    return out


def trained(
    kind: str, folder: Path, model: Path, out: Path, told: str = FEW
) -> list[dict[str, Any]]:
    """Train by the recipe in the folder, with these changes; return what each step logged."""
    spec = importlib.util.find_spec("trl")
    assert spec is not None and spec.origin is not None
    script = str(Path(spec.origin).parent / "scripts" / f"{kind}.py")
    changed = [*ON_CPU.split(), *told.split()]
    changed += ["--model_name_or_path", str(model), "--output_dir", str(out)]
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, script, "--config", folder / f"{kind}.yaml", *changed],
        capture_output=True,
        text=True,
        cwd=out.parent,
        env={**os.environ, "HF_HOME": str(out.parent / "hub"), "HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    state = next(out.glob("checkpoint-*")) / "trainer_state.json"
    rows: list[dict[str, Any]] = json.loads(state.read_text("utf-8"))["log_history"]
    return [row for row in rows if "loss" in row]


def voted(photos: Sequence[Path], folder: Path) -> Path:
    """Write photos whose smaller crop people liked: of larger wins alone none may teach."""
    data = write_fcdb(folder / "fcdb", photos, "train")
    votes = json.loads((data / "ranking_annotation.json").read_text("utf-8"))
    for row in votes:
        row["crops"][0] |= {"vote_for_0": 1, "vote_for_1": 4}
    (data / "ranking_annotation.json").write_text(json.dumps(votes), "utf-8")
    return data


def test_trl_trains_by_the_recipes(
    make_vlm: MakeVlm, many_photos: list[Path], tmp_path: Path
) -> None:
    model, data = make_vlm("qwen3_vl"), voted(many_photos[:2], tmp_path)
    taught = trained("sft", lessons("sft", data, model, tmp_path / "sft"), model, tmp_path / "one")
    assert len(taught) == STEPS and taught[-1]["loss"] < taught[0]["loss"] < 10
    preferred = trained(
        "dpo", lessons("dpo", data, model, tmp_path / "dpo"), tmp_path / "one", tmp_path / "two"
    )
    assert preferred[0]["loss"] == pytest.approx(math.log(2), abs=0.02)  # nothing learnt yet
    assert "rewards/accuracies" in preferred[-1]
