"""A training that is killed goes on, stage by stage, to the very same loss."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.errors import UsageError  # noqa: E402
from cropsmith.evals.datasets.dataset import Dataset  # noqa: E402
from cropsmith.evals.training.clipcropping.teach import Course, Steady, teach  # noqa: E402
from cropsmith.tools.schema.labelled_photo import LabelledPhoto  # noqa: E402

pytestmark = pytest.mark.integration

CHILD = """
import sys
from pathlib import Path
from tests.evals.training.clipcropping.test_teach import taught

taught(*map(Path, sys.argv[1:]))
"""


def taught(labels: Path, clip: Path, out: Path, epochs: int = 12) -> None:
    rows = [LabelledPhoto.model_validate(row) for row in json.loads(labels.read_text("utf-8"))]
    data = Dataset("own", labels.parent, tuple(rows), (), (labels,))
    plan = {"batch": 4, "rate": 1e-3, "keep_every": 5}
    course = Course(
        clip=str(clip),
        composition=Steady(epochs=2, **plan),
        crop=Steady(epochs=epochs, **plan),
    )
    teach(data, {"composition": data}, course, out)


def logged(folder: Path) -> list[list[str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_a_killed_training_ends_with_the_loss_of_one_that_was_not(
    tiny_resnet: Path, graded: list[LabelledPhoto], tmp_path: Path
) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps([p.model_dump(mode="json") for p in graded[:8]]), "utf-8")
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    command = [sys.executable, "-c", CHILD, str(labels), str(tiny_resnet), str(torn)]
    threads = {**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())}
    root = Path(__file__).parents[4]
    child = subprocess.Popen(command, env=threads, cwd=root)
    until = time.monotonic() + 300
    log = torn / "crop" / "log.csv"
    while time.monotonic() < until and not (log.is_file() and len(logged(log.parent)) > 7):
        assert child.poll() is None
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    before = logged(torn / "composition")
    assert len(before) == 5 and 7 < len(logged(log.parent)) < 25
    assert not (torn / "model.safetensors").exists()
    for folder in (torn, whole):
        taught(labels, tiny_resnet, folder)
    assert logged(torn / "composition") == before
    for stage in ("composition", "crop"):
        losses = [[float(row[1]) for row in logged(f / stage)[1:]] for f in (torn, whole)]
        assert losses[0] == pytest.approx(losses[1], abs=1e-6)
    assert len(logged(torn / "crop")) == 25
    manifests = [json.loads((f / "manifest.json").read_text("utf-8")) for f in (torn, whole)]
    assert manifests[0] == manifests[1]
    assert manifests[0]["knowledge"]["composition"]["photos"] == 8
    assert {"taught_composition", "taught_composition_at_end", "taught_srcc"} <= {
        *manifests[0]["metrics"]
    }
    with pytest.raises(UsageError, match="other data or settings"):
        taught(labels, tiny_resnet, whole, epochs=3)
