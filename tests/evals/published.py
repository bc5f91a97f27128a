"""Small datasets in the layouts in which they are published."""

import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

BINS = 12
URL = "https://farm1.staticflickr.com/1/"
FILES = {"train": "cropping_training_set.json", "test": "cropping_testing_set.json"}


def write_fcdb(root: Path, photos: Sequence[Path], split: str = "test") -> Path:
    """Copy photos to `root` with one expert crop each and a pair of crops that five judged."""
    (root / "images").mkdir(parents=True)
    rows, votes = [], []
    for number, photo in enumerate(photos):
        shutil.copy(photo, root / "images")
        with Image.open(photo) as image:
            width, height = image.size
        crop = [number, 0, width - number - width // 4, height - height // 5]
        told = {"url": URL + photo.name, "flickr_photo_id": number}
        rows.append({**told, "crop": crop})
        half = [0, 0, width // 2, height]
        pair = {"crop_0": crop, "crop_1": half, "vote_for_0": 4, "vote_for_1": 1}
        votes.append({**told, "crops": [pair]})
    (root / FILES[split]).write_text(json.dumps(rows), "utf-8")
    (root / "ranking_annotation.json").write_text(json.dumps(votes), "utf-8")
    return root


def write_gaicd(root: Path, photos: int, seed: int = 0) -> Path:
    """Write the labels of GAICD's JSON form, 87 anchors a photo; larger ones are liked more.

    The form needs no photos.
    """
    draw = random.Random(seed)
    labels = {}
    for number in range(photos):
        width, height = draw.choice([(1024, 683), (683, 1024), (1024, 768)])
        xs = [round((bin + 0.5) * width / BINS) for bin in range(BINS)]
        ys = [round((bin + 0.5) * height / BINS) for bin in range(BINS)]
        cells = [
            (x1, y1, x2, y2)
            for x1 in range(4)
            for y1 in range(4)
            for x2 in range(8, BINS)
            for y2 in range(8, BINS)
        ]
        chosen = [cells.pop(cells.index((0, 0, 11, 11))), *draw.sample(cells, 86)]
        labels[f"{number}.jpg"] = {
            "bbox": [[xs[x1], ys[y1], xs[x2], ys[y2]] for x1, y1, x2, y2 in chosen],
            "score": [
                round(1 + 3 * (x2 - x1) * (y2 - y1) / 121 + draw.random(), 2)
                for x1, y1, x2, y2 in chosen
            ],
        }
    root.mkdir(parents=True, exist_ok=True)
    (root / "image_crop.json").write_text(json.dumps(labels), "utf-8")
    split = {"train": list(labels), "test": []}
    (root / "original_data_split.json").write_text(json.dumps(split), "utf-8")
    return root


def write_expressions(root: Path, photos: Sequence[Path]) -> Path:
    """Write photos with three boxes of things each and the expressions that tell them apart."""
    (root / "photos").mkdir(parents=True)
    rows, asked = [], []
    for photo in photos:
        shutil.copy(photo, root / "photos")
        with Image.open(photo) as image:
            width, height = image.size
        left = [0, height // 4, width // 3, height // 2]
        right = [width // 2, height // 4, width, height]
        bowl = [width // 4, 0, width // 2, height // 5]
        things = [("dog", left), ("dog", right), ("bowl", bowl)]
        objects = [{"class": name, "box": box} for name, box in things]
        rows.append({"file": photo.name, "width": width, "height": height, "objects": objects})
        for words, kind, box in (
            ("the bowl", "unique", bowl),
            ("the leftmost dog", "positional", left),
            ("the largest dog", "positional", right),
        ):
            asked.append({"file": photo.name, "expression": words, "kind": kind, "box": box})
    (root / "annotations.json").write_text(json.dumps(rows), "utf-8")
    (root / "expressions.json").write_text(json.dumps(asked), "utf-8")
    return root
