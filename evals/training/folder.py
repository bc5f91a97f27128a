"""The folder of a training: its saved states, and that one training alone writes into it."""

# ruff: noqa: TID253
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from cropsmith.errors import OutputError, UsageError, why
from cropsmith.evals.lock import only_one

STATE = "state.pt"
LOCK = ".lock"


@contextmanager
def held(out: Path, fingerprint: str) -> Iterator["Folder"]:
    """Hold a folder, made where it is not there, for one training.

    UsageError where another run is using it, or where it or a stage's folder in it has the state of
    another training; OutputError where it cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        guard = only_one(out / LOCK, out)
    except OSError as error:
        raise OutputError(f"{out} cannot be made: {why(error)}.") from error
    with guard:
        for state in (out / STATE, *out.glob(f"*/{STATE}")):
            Folder(state.parent, fingerprint).saved()
        yield Folder(out, fingerprint)


@dataclass(frozen=True)
class Folder:
    """Where a training keeps its state."""

    path: Path
    fingerprint: str
    """Of all that decides the result: data, shape, plan. Another one is another training."""

    def of(self, stage: str) -> "Folder":
        """Return the folder in it of a stage of the training, made where it is not there."""
        (self.path / stage).mkdir(exist_ok=True)
        return Folder(self.path / stage, self.fingerprint)

    def saved(self) -> Mapping[str, Any] | None:
        """Return the saved state, None where there is none. UsageError for another training's."""
        file = self.path / STATE
        if not file.is_file():
            return None
        try:
            state: Mapping[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # torch raises what its unpickler meets
            raise UsageError(
                f"{file} cannot be read: {type(error).__name__}.", hint="Delete it to start anew."
            ) from error
        if state.get("fingerprint") != self.fingerprint:
            raise UsageError(
                f"{self.path} holds a training with other data or settings.",
                hint="Give another folder, or the data and settings that it was begun with.",
            )
        return state

    def save(self, state: Mapping[str, Any]) -> None:
        """Write a state: whole, or not at all. OutputError where the disk does not take it."""
        partial = self.path / f".{STATE}"
        try:
            torch.save({**state, "fingerprint": self.fingerprint}, partial)
            os.replace(partial, self.path / STATE)
        except (OSError, RuntimeError) as error:  # of a full disk torch says where its writer stood
            partial.unlink(missing_ok=True)
            raise OutputError(
                f"The training's state cannot be written to {self.path}: is the disk full?",
                hint="Make room and run it again: it goes on where it was saved last.",
            ) from error
