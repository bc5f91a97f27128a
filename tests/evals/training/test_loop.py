"""Training that is killed goes on to the very same loss."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="training needs torch; the package does not")

from cropsmith.errors import CropsmithError, UsageError  # noqa: E402
from cropsmith.evals.training.folder import Folder  # noqa: E402
from cropsmith.evals.training.loop import Loss, LossOf, Plan, Step, train  # noqa: E402

pytestmark = pytest.mark.integration

CHILD = """
import sys, time
from pathlib import Path
import torch
from torch import nn
from cropsmith.evals.training.folder import Folder
from cropsmith.evals.training.loop import Loss, Plan, train

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 1))

def loss_of(step):
    time.sleep(float(sys.argv[2]))
    x = torch.from_numpy(step.random.normal(size=(len(step.rows), 4))).float()
    loss = (model(x)[:, 0] - torch.from_numpy(step.rows).float()).square().mean()
    return Loss(loss, {"rows": float(step.rows.sum())})

plan = Plan(epochs=10, batch=4, rate=1e-2, clip=1.0, keep_every=7)
print(repr(train(model, plan, 17, loss_of, Folder(Path(sys.argv[1]), "same"))))
"""


def run(folder: Path, pause: float) -> "subprocess.Popen[str]":
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-P", "-c", CHILD, str(folder), str(pause)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def logged(folder: Path) -> list[list[str]]:
    with (folder / "log.csv").open(newline="") as file:
        return list(csv.reader(file))


def test_a_killed_training_ends_with_the_loss_of_one_that_was_not(tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    wanted = float(run(whole, 0).communicate()[0])
    child = run(torn, 0.05)
    until = time.monotonic() + 120
    while time.monotonic() < until and not (
        (torn / "log.csv").is_file() and len(logged(torn)) > 18  # past a saved state
    ):
        time.sleep(0.02)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    assert 18 < len(logged(torn)) < 41
    again = run(torn, 0)
    assert float(again.communicate()[0]) == pytest.approx(wanted, abs=1e-6)
    assert logged(torn) == logged(whole)
    assert [row[0] for row in logged(whole)] == ["step", *map(str, range(1, 41))]


def model_and_loss() -> tuple[Any, LossOf]:
    model = torch.nn.Linear(1, 1)
    return model, lambda step: Loss(model(torch.ones(1, 1)).square().sum(), {})


def test_another_trainings_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    model, loss_of = model_and_loss()
    plan = Plan(epochs=1, batch=1)
    train(model, plan, 2, loss_of, Folder(tmp_path, "a"))
    with pytest.raises(UsageError, match="other data or settings"):
        train(model, plan, 2, loss_of, Folder(tmp_path, "b"))


def test_a_loss_that_is_no_number_ends_the_training() -> None:
    model = torch.nn.Linear(1, 1)

    def loss_of(step: Step) -> Loss:
        return Loss(model(torch.full((1, 1), float("nan"))).sum(), {})

    with pytest.raises(CropsmithError, match="loss of step 1 is nan"):
        train(model, Plan(epochs=1, batch=1), 1, loss_of)


def test_every_photo_comes_once_in_an_epoch() -> None:
    plan = Plan(epochs=2, batch=5)
    first, second = (
        [int(row) for step in steps for row in plan.rows(step, 20)]
        for steps in (range(4), range(4, 8))
    )
    assert sorted(first) == sorted(second) == list(range(20)) and first != second
    assert plan.steps(20) == 8 and Plan(epochs=1, batch=5).steps(3) == 1
