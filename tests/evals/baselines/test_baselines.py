from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cropsmith.evals.baselines import grounded
from cropsmith.evals.baselines.geometry import LARGEST_ANCHOR, centred, random_crop, window
from cropsmith.evals.baselines.prior import Prior, cell
from cropsmith.evals.baselines.registry import BASELINES, fitted
from cropsmith.evals.baselines.saliency import smartcrop, vips
from cropsmith.evals.datasets.reading import image_size
from cropsmith.evals.datasets.registry import fold_of, load
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.trial import Answer, Protocol, SampleStatus, Trial, offers, trial_for
from cropsmith.tools.grounding.detection import Detections
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from cropsmith.tools.schema.ratio import Ratio
from tests.evals.conftest import MakePhoto
from tests.evals.published import write_gaicd

FRAME = Size(width=1200, height=800)


def trial(protocol: Protocol = Protocol.FREE, **more: object) -> Trial:
    facts: dict[str, object] = {
        "name": "a.jpg", "path": "a.jpg", "size": FRAME, "protocol": protocol, **more
    }  # fmt: skip
    return Trial(**facts)  # type: ignore[arg-type]


def test_centred_boxes() -> None:
    assert list(centred(0.9)(trial()).corners) == pytest.approx([0.05, 0.05, 0.95, 0.95])
    square = centred(1.0)(trial(Protocol.RATIO, ratio=Ratio(width=1, height=1)))
    assert list(square.corners) == pytest.approx([1 / 6, 0, 5 / 6, 1])
    tall = window(trial(Protocol.RATIO, ratio=Ratio(width=3, height=1)), 1.0)
    assert tall.width == 1 and tall.height == pytest.approx(0.5)
    assert cell(centred(LARGEST_ANCHOR)(trial())) == (0, 0, 11, 11)


def test_chance_depends_on_photo_and_seed_alone() -> None:
    assert random_crop(trial()) == random_crop(trial())
    assert random_crop(trial()) != random_crop(trial(seed=1))
    assert random_crop(trial()) != random_crop(trial(name="b.jpg"))


def test_a_ratio_baseline_answers_no_other_protocol() -> None:
    assert BASELINES["centre maximal"].does(Protocol.RATIO)
    assert not BASELINES["centre maximal"].does(Protocol.FREE)
    assert not BASELINES["full frame"].does(Protocol.RATIO)
    assert not BASELINES["smartcrop.py"].does(Protocol.ANCHORS)


EXPECTED = {
    # benchmarks measured apart from this package: IoU, BDE on the 1,335 training photos
    ("full frame", Protocol.FREE): (0.6564, 0.0936),
    ("centre 0.95", Protocol.FREE): (0.6737, 0.0867),
    ("centre 0.9", Protocol.FREE): (0.6766, 0.0849),
    ("centre 0.8", Protocol.FREE): (0.6485, 0.0914),
    ("centre maximal", Protocol.RATIO): (0.7112, 0.0690),
    ("centre 0.9 of maximal", Protocol.RATIO): (0.6914, 0.0719),
}


@pytest.fixture(scope="module")
def fcdb(shared_data: Path) -> Sequence[LabelledPhoto]:
    return load(shared_data / "fcdb_train").photos


def test_the_measured_baselines_are_reproduced(fcdb: Sequence[LabelledPhoto]) -> None:
    for (name, protocol), (overlap, displacement) in EXPECTED.items():
        crop = BASELINES[name].crop
        assert crop
        kind = label_kind(fcdb, protocol)
        found = [
            values_of(
                p, protocol, Answer(status=SampleStatus.OK, box=crop(trial_for(p, protocol))), kind
            )
            for p in fcdb
        ]
        assert np.mean([v["iou"].value for v in found]) == pytest.approx(overlap, abs=6e-5)
        assert np.mean([v["bde"].value for v in found]) == pytest.approx(displacement, abs=6e-5)


def test_larger_area_on_the_votes(fcdb: Sequence[LabelledPhoto]) -> None:
    rank = BASELINES["larger area"].rank
    assert rank
    hits, pairs = 0.0, 0
    kind = label_kind(fcdb, Protocol.VOTES)
    for p in fcdb:
        answer = Answer(status=SampleStatus.OK, scores=tuple(rank(trial_for(p, Protocol.VOTES))))
        share = values_of(p, Protocol.VOTES, answer, kind).get("pairs_3")
        if share:
            hits, pairs = hits + share.value * share.count, pairs + share.count
    assert pairs == 7589
    assert 100 * hits / pairs == pytest.approx(75.2, abs=0.05)


def test_the_prior_never_learns_from_its_own_fold(fcdb: Sequence[LabelledPhoto]) -> None:
    photos = [p for p in fcdb if offers(p, Protocol.FREE)]
    prior = Prior(photos)
    subject = photos[0]
    fold = fold_of(subject.name)
    crop = prior.crop(trial_for(subject, Protocol.FREE))
    others = np.array([p.crops[0].box.corners for p in photos if fold_of(p.name) != fold])
    assert list(crop.corners) == pytest.approx(list(np.median(others, axis=0)))
    # Labels of its own fold may be anything.
    spoilt = [p.model_copy(update={"crops": ()}) if fold_of(p.name) == fold else p for p in photos]
    assert Prior(spoilt).crop(trial_for(subject, Protocol.FREE)) == crop


def test_the_prior_of_the_grid(tmp_path: Path) -> None:
    photos = load(write_gaicd(tmp_path, photos=40)).photos
    prior = fitted("image-blind prior", photos)
    assert prior.crop and prior.rank
    assert cell(prior.crop(trial_for(photos[0], Protocol.FREE))) == (0, 0, 11, 11)
    scores = prior.rank(trial_for(photos[0], Protocol.ANCHORS))
    assert len(scores) == len(photos[0].crops) and 1 <= min(scores) < max(scores) <= 5


def test_without_labels_there_is_no_prior() -> None:
    assert not fitted("image-blind prior", []).does(Protocol.FREE)


@pytest.mark.parametrize("ratio", [None, Ratio(width=1, height=1)])
def test_common_croppers_place_the_same_window(photos: Path, ratio: Ratio | None) -> None:
    pytest.importorskip("smartcrop")
    pytest.importorskip("pyvips")
    path = photos / "astronaut.jpg"
    size = image_size(path)
    protocol = Protocol.RATIO if ratio else Protocol.FREE
    given = trial(protocol, path=str(path), ratio=ratio, size=size)
    wanted = window(given, 1.0 if ratio else 0.9)
    for predict in (smartcrop, vips("attention"), vips("entropy")):
        box = predict(given)
        assert isinstance(box, Box)
        assert box.width == pytest.approx(wanted.width, abs=0.01)
        assert box.height == pytest.approx(wanted.height, abs=0.01)


class Sees:
    """A detector that finds the dog on the left, the ball on the right."""

    def by_text(self, views: list[object], queries: list[list[str]]) -> list[Detections]:
        boxes = np.array([[0.0, 0.2, 0.4, 0.8], [0.7, 0.5, 0.9, 0.9]])
        scores = [[float("dog" in text), float(text == "ball")] for text in queries[0]]
        return [Detections(boxes, np.array(scores).T)]


def test_grounding_alone_answers_a_text(
    tmp_path: Path, make_photo: MakePhoto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grounded, "load_owl", lambda name: Sees())
    path = str(make_photo(tmp_path / "a.jpg"))
    asked = trial(Protocol.TEXT, path=path, text="a dog with a ball")
    top, union = BASELINES["OWL-ViT top box"], BASELINES["OWL-ViT union box"]
    assert top.crop and top.crop(asked) == Box.of((0, 0.2, 0.4, 0.8))
    assert union.crop and union.crop(asked) == Box.of((0, 0.2, 0.9, 0.9))
    assert top.named and not top.does(Protocol.FREE)
