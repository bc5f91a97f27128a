"""A dataset: ours.csv with file, x1, y1, x2, y2 in [0, 1] beside the photos."""

import csv
from pathlib import Path

from cropsmith.evals.datasets.dataset import Dataset, Format
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


def load(root: Path) -> Dataset:
    table = root / "ours.csv"
    with table.open(newline="", encoding="utf-8") as rows:
        photos = tuple(
            LabelledPhoto(
                name=file, path=str(root / file), source="example-set",
                crops=(ExpertCrop(box=Box.of(map(float, corners))),),
            )
            for file, *corners in csv.reader(rows)
        )  # fmt: skip
    return Dataset(format="example-set", root=root, photos=photos, files=(table,))


FORMAT = Format(
    name="example-set", title="Our crops", recognised=lambda root: (root / "ours.csv").is_file(),
    load=load, published={}, labels="best crop", obtain="our file server", licence="our own",
)  # fmt: skip
