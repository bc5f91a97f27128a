"""Logs that inspect_ai itself reads."""

from pathlib import Path

import pytest

from cropsmith.commands.exporting import inspect_logs
from cropsmith.evals.report.writing import opened
from cropsmith.evals.study.runner import Runner

STUDY = """
name = "logged"
seeds = [0, 1]
baselines = ["centre 0.9", "random"]
[[datasets]]
path = "own"
[[systems]]
name = "half"
cropper = "mine.py:half"
"""
MINE = """
def half(trial):
    return None if trial.name == "3.jpg" else (0, 0, 0.5, 1)
"""


@pytest.fixture
def logs(own_photos: Path) -> list[Path]:
    study = own_photos.parent / "study.toml"
    (own_photos.parent / "mine.py").write_text(MINE, "utf-8")
    study.write_text(STUDY, "utf-8")
    out = own_photos.parent / "out"
    with opened(study, out, write=True) as plan:
        Runner(plan).run()
    return inspect_logs(study, out)


@pytest.mark.integration
def test_inspect_reads_what_was_written(logs: list[Path]) -> None:
    from inspect_ai.log import read_eval_log

    read = {log.eval.metadata["system"]: log for log in map(read_eval_log, map(str, logs))
            if log.eval.metadata}  # fmt: skip
    assert set(read) == {"centre 0.9", "random", "half"}
    half = read["half"]
    assert half.status == "success" and half.eval.task == "own: free crops"
    assert half.results and {score.name for score in half.results.scores} >= {"iou", "iou_mean"}
    refused = next(s for s in half.samples or [] if s.id == "3.jpg")
    assert refused.metadata["status"] == "refused"
    assert refused.scores and refused.scores["iou"].value == 0
    kept = next(s for s in half.samples or [] if s.id == "0.jpg")
    assert kept.scores and kept.scores["iou"].value == pytest.approx(1)
    assert kept.output.completion.startswith("0.0000 0.0000 0.5000 1.0000")
    assert {s.epoch for s in read["random"].samples or []} == {1, 2}
