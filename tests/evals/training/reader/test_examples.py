"""Labelled requests become examples: what a label says of each thing, and of the reading."""

import json
from pathlib import Path

from cropsmith.evals.training.reader.__main__ import trained_on, write
from cropsmith.evals.training.reader.examples import labelled
from cropsmith.tools.language.trained import VERDICTS

ROWS = [
    {"text": "wedding table, only the cake, no people", "means": {"subject": ["the cake"],
     "avoid": ["people"]}},
    {"text": "the dog, square", "means": {"subject": ["the dog"], "shapes": ["1:1"]}},
    {"text": "the dog, square", "means": {"subject": ["the cat"], "shapes": ["1:1"]}},
]  # fmt: skip


def file(tmp_path: Path, author: str) -> Path:
    path = tmp_path / f"author_{author}.jsonl"
    path.write_text("\n".join(json.dumps(row | {"photo": ""}) for row in ROWS), "utf-8")
    return path


def test_a_label_says_what_is_shown_out_or_neither(tmp_path: Path) -> None:
    first, right, wrong = labelled(file(tmp_path, "x"))
    verdicts = dict(
        zip((t.chunk.words for t in first.things), (VERDICTS[k] for k in first.meant), strict=True)
    )
    assert verdicts["the cake"] == "shown"
    assert verdicts["wedding table"] == "neither"
    assert verdicts["people"] == "out"
    assert not right.misread and wrong.misread


def test_what_was_trained_is_written_small(tmp_path: Path) -> None:
    requests = [*labelled(file(tmp_path, "x")), *labelled(file(tmp_path, "y"))]
    model = trained_on(requests)
    write(model, tmp_path / "reader.npz")
    assert 0 < (tmp_path / "reader.npz").stat().st_size < 20_000
    assert len(model.verdicts(requests[0].things)) == len(requests[0].things)
