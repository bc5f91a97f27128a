"""The training loop: seeds, progress, a CSV, and going on after a kill as if nothing had happened.

Every step draws from generators seeded by (seed, step) alone, so a resumed run needs no generator's
state: the same step sees the same photos, the same augmentation and the same dropout.
"""

# ruff: noqa: TID253
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn

from cropsmith.errors import CropsmithError
from cropsmith.evals.training.folder import Folder
from cropsmith.tools.schema.values import Value

LOG = "log.csv"


class Plan(Value):
    """How long and how fast; AdamW."""

    epochs: int = Field(300, ge=1)
    batch: int = Field(16, ge=1)
    rate: float = Field(1e-4, gt=0, allow_inf_nan=False)
    decay: float = Field(1e-4, ge=0)
    clip: float = Field(0.1, gt=0)
    """Largest norm of the gradient."""
    drop: float = Field(160 / 300, gt=0, le=1)
    """Share of the steps after which the rate falls to a tenth."""
    seed: int = Field(0, ge=0)
    keep_every: int = Field(50, ge=1)
    """Steps between saved states."""

    def steps(self, photos: int) -> int:
        """Return the number of steps over so many photos."""
        return self.epochs * self.in_epoch(photos)

    def in_epoch(self, photos: int) -> int:
        """Return the steps of an epoch; a last batch that is not full is left out, unless alone."""
        return max(1, photos // self.batch)

    def rows(self, step: int, photos: int) -> NDArray[np.int64]:
        """Return the photos of a step (counted from 0): each once in an epoch, in a drawn order."""
        epoch, place = divmod(step, self.in_epoch(photos))
        order = np.random.default_rng([self.seed, epoch]).permutation(photos)
        return order[place * self.batch : (place + 1) * self.batch]


@dataclass(frozen=True)
class Step:
    """What the loss of a step may draw from."""

    number: int
    rows: NDArray[np.int64]
    """The photos of the batch."""
    random: np.random.Generator


@dataclass(frozen=True)
class Loss:
    """The loss of a batch, and its parts for the log."""

    total: Tensor
    parts: Mapping[str, float]


LossOf = Callable[[Step], Loss]
Progress = Callable[[int, int, float], None]
"""Called with the steps done, the steps in all and the loss."""


def train(
    model: nn.Module,
    plan: Plan,
    photos: int,
    loss_of: LossOf,
    folder: Folder | None = None,
    progress: Progress | None = None,
) -> float:
    """Train `model` in place, from where the folder's last state is; return the last loss.

    CropsmithError where the loss is no number: the state before stays as it was saved.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(parameters, lr=plan.rate, weight_decay=plan.decay)
    steps, done, last = plan.steps(photos), 0, float("nan")
    if folder is not None and (state := folder.saved()) is not None:
        model.load_state_dict(state["model"])
        optimiser.load_state_dict(state["optimiser"])
        done, last = int(state["step"]), float(state["loss"])
    log = None if folder is None else Log(folder.path / LOG, done)
    model.train()
    for number in range(done, steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * (0.1 if number >= plan.drop * steps else 1.0)
        random = np.random.default_rng([plan.seed, 1, number])
        torch.manual_seed(int(random.integers(2**62)))
        loss = loss_of(Step(number, plan.rows(number, photos), random))
        last = float(loss.total.detach())
        if not np.isfinite(last):
            raise CropsmithError(
                f"The loss of step {number + 1} is {last}.", hint="Try a lower rate."
            )
        optimiser.zero_grad()
        loss.total.backward()
        nn.utils.clip_grad_norm_(parameters, plan.clip)
        optimiser.step()
        if log is not None:
            log.write(number + 1, last, loss.parts)
        if folder is not None and ((number + 1) % plan.keep_every == 0 or number + 1 == steps):
            folder.save(
                {
                    "model": model.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "step": number + 1,
                    "loss": last,
                }
            )
        if progress is not None:
            progress(number + 1, steps, last)
    model.eval()
    return last


class Log:
    """A CSV with a row for each step; rows after the state that is resumed are cut off."""

    def __init__(self, path: Path, done: int) -> None:
        self._path = path
        kept = list(self._rows(done)) if path.is_file() else []
        if kept:
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(kept)
        elif path.is_file():
            path.unlink()

    def _rows(self, done: int) -> Iterator[list[str]]:
        with self._path.open(newline="", encoding="utf-8", errors="replace") as file:
            for row in csv.reader(file):
                # The last line of a killed run may be cut short.
                if row[:1] == ["step"] or (row and row[0].isdigit() and int(row[0]) <= done):
                    yield row

    def write(self, step: int, loss: float, parts: Mapping[str, float]) -> None:
        """Add a row; numbers as Python prints them, so that they read back exactly."""
        with self._path.open("a", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            if file.tell() == 0:
                out.writerow(["step", "loss", *parts])
            out.writerow([step, loss, *parts.values()])
