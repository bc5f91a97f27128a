"""What is written beside trained weights: what they learnt from, how, and what they reached."""

import hashlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from operator import not_
from pathlib import Path

from pydantic import Field

from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.values import Value

FILE = "manifest.json"


class Taught(Value):
    """The data of a training."""

    format: str
    labels_sha256: str
    """Over the label files."""
    photos_sha256: str
    """Over the sorted names of the photos that taught."""
    photos: int
    split: str
    refused: Mapping[str, int] = {}
    """Photos that the guard refused, by reason."""
    licence: str = ""


class Manifest(Value):
    """The record of a training. No path of this machine."""

    kind: str
    """"clipcrop" or another."""
    seed: int
    commit: str = ""
    """Of the source, where it is a git checkout."""
    data: Taught
    knowledge: Mapping[str, Taught] = Field(default={}, exclude_if=not_)
    """What taught the branches of knowledge, by family (CLIPCropping)."""
    plan: Mapping[str, int | float | str | bool]
    metrics: Mapping[str, float] = {}

    def write(self, folder: Path) -> None:
        """Write it into a folder."""
        (folder / FILE).write_text(self.model_dump_json(indent=2) + "\n", "utf-8")


def taught_by(
    data: Dataset, photos: Sequence[LabelledPhoto], split: str, refused: Mapping[str, int]
) -> Taught:
    """Describe the photos of a data set that teach."""
    names = json.dumps(sorted(photo.name for photo in photos))
    return Taught(
        format=data.format,
        labels_sha256=data.fingerprint,
        photos_sha256=hashlib.sha256(names.encode()).hexdigest(),
        photos=len(photos),
        split=split,
        refused=refused,
        licence="; ".join(sorted({photo.licence for photo in photos})),
    )


def commit() -> str:
    """Return the commit that this source is of; empty where it is no checkout or git is missing."""
    try:
        done = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
