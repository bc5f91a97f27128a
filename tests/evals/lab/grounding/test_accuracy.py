"""The measurement itself: a detector that knows the truth gets it all, a blind one nothing."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cropsmith.evals.lab.grounding.accuracy import expressions, measure, table
from cropsmith.tools.grounding.detection import Detections
from cropsmith.tools.grounding.owl import load_owl
from cropsmith.tools.photographer.opened_photo import View
from tests.evals.published import write_expressions


class Knowing:
    """Finds the true boxes of each photo's classes, and nothing else."""

    name = "knowing"
    threshold = 0.5

    def __init__(self, folder: Path) -> None:
        import json

        from cropsmith.tools.images.photo import open_photo

        self.boxes: dict[str, tuple[NDArray[np.float64], list[str]]] = {}
        for row in json.loads((folder / "annotations.json").read_text())[:12]:
            scale = np.array([row["width"], row["height"]] * 2)
            boxes = np.array([o["box"] for o in row["objects"]]).reshape(-1, 4) / scale
            classes = [o["class"] for o in row["objects"]]
            self.boxes[open_photo(folder / "photos" / row["file"]).sha256] = (
                np.clip(boxes, 0, 1),
                classes,
            )

    def by_text(
        self, views: Sequence[View], queries: Sequence[Sequence[str]]
    ) -> Sequence[Detections]:
        found = []
        for view, each in zip(views, queries, strict=True):
            boxes, classes = self.boxes[view.sha256]
            scores = np.array([[float(q == c) for q in each] for c in classes])
            found.append(Detections(boxes, scores.reshape(len(classes), len(each))))
        return found

    def by_picture(self, view: View, reference: NDArray[np.uint8]) -> Detections:
        raise NotImplementedError


@pytest.fixture
def folder(many_photos: list[Path], tmp_path: Path) -> Path:
    return write_expressions(tmp_path, many_photos[:5])


def test_on_real_boxes_the_truth_finds_nearly_everything(shared_data: Path) -> None:
    folder = shared_data / "grounding"
    trials = measure(Knowing(folder), folder, limit=10)
    assert len(trials) > 10
    overlaps = np.array([trial.overlap for trial in trials])
    # Boxes of a crowd overlap by more than the suppression allows; the rest is exact.
    assert (overlaps > 0.99).mean() > 0.9


def test_truth_as_detections_finds_everything(folder: Path) -> None:
    trials = measure(Knowing(folder), folder)
    assert len(trials) == 15
    assert min(trial.overlap for trial in trials) > 0.99
    assert "knowing" in table("knowing", trials)


def test_blind_guesses_are_the_published_ones(shared_data: Path) -> None:
    some = [
        e for e in expressions(shared_data / "grounding")
        if e.kind == "unique" and 0.02 <= e.truth.area <= 0.6
    ]  # fmt: skip
    assert len(some) == 119
    assert np.mean([e.truth.area for e in some]) == pytest.approx(0.175, abs=5e-4)


def test_the_real_architecture_runs_through(tiny_models: Path, folder: Path) -> None:
    trials = measure(load_owl(str(tiny_models / "owlvit")), folder, limit=3)
    assert len(trials) == 9 and all(0 <= trial.overlap <= 1 for trial in trials)
