import pytest

from cropsmith.evals.columns import LabelKind
from cropsmith.evals.datasets.dataset import Dataset
from cropsmith.evals.datasets.registry import load
from cropsmith.evals.measures import label_kind, measures_for, values_of
from cropsmith.evals.trial import Answer, Protocol, SampleStatus, boxes_to_rank, trial_for
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto
from tests.evals.published import write_gaicd
from tests.evals.test_trial import LEFT, RIGHT, photo

MISS = Answer(status=SampleStatus.INVALID)


def ok(box: Box) -> Answer:
    return Answer(status=SampleStatus.OK, box=box)


def values(labelled: LabelledPhoto, protocol: Protocol, answer: Answer) -> dict[str, float]:
    kind = label_kind([labelled], protocol)
    return {k: s.value for k, s in values_of(labelled, protocol, answer, kind).items()}


def test_a_miss_is_iou_zero_and_the_full_frames_displacement() -> None:
    labelled = photo((LEFT, None))
    missed, full = (values(labelled, Protocol.FREE, a) for a in (MISS, ok(Box.whole())))
    assert (missed["iou"], missed["recall"]) == (0, 0)
    assert missed["bde"] == full["bde"] == 0.125
    assert "area" not in missed


def test_a_miss_among_anchors_has_the_worst_regret() -> None:
    labelled = photo((LEFT, 4.5), (RIGHT, 1.5))
    missed = values(labelled, Protocol.FREE, MISS)
    assert (missed["regret"], missed["percentile"], missed["snap_1_5"]) == (3.0, 0, 0)
    ranked = values(labelled, Protocol.ANCHORS, MISS)
    assert ranked["srcc"] == ranked["acc_1_5"] == 0 and ranked["constant"] == 0


def test_constant_scores_count_as_zero_and_are_counted() -> None:
    labelled = photo((LEFT, 4.5), (RIGHT, 1.5))
    answer = Answer(status=SampleStatus.OK, scores=(1.0, 1.0))
    found = values(labelled, Protocol.ANCHORS, answer)
    assert (found["srcc"], found["constant"]) == (0, 1)


def test_scores_belong_to_the_boxes_in_order() -> None:
    labelled = photo((RIGHT, 4.5), (LEFT, 1.5))
    liking_right = Answer(status=SampleStatus.OK, scores=(0.1, 0.9))
    assert boxes_to_rank(labelled, Protocol.ANCHORS) == (LEFT, RIGHT)
    assert values(labelled, Protocol.ANCHORS, liking_right)["srcc"] == 1
    with pytest.raises(ValueError, match="1 scores for 2 boxes"):
        values(labelled, Protocol.ANCHORS, Answer(status=SampleStatus.OK, scores=(0.1,)))


def test_faces_and_subjects_cut_and_gone() -> None:
    labelled = photo((LEFT, None), subject=Box.of((0.4, 0.4, 0.6, 0.6)))
    faces = [
        Box.of((0.1, 0.1, 0.2, 0.2)),
        Box.of((0.45, 0.1, 0.55, 0.2)),
        Box.of((0.7, 0.1, 0.8, 0.2)),
        Box.of((0.7, 0.5, 0.8, 0.6)),
    ]
    found = values_of(labelled, Protocol.SUBJECT, ok(LEFT), LabelKind.SINGLE, faces)
    assert (found["face_cut"].value, found["face_cut"].count) == (0.25, 4)
    assert (found["face_gone"].value, found["face_gone"].count) == (0.5, 4)
    assert (found["subject_cut"].value, found["subject_gone"].value) == (1, 0)
    gone = values_of(labelled, Protocol.SUBJECT, ok(Box.of((0.7, 0, 1, 1))), LabelKind.SINGLE)
    assert (gone["subject_cut"].value, gone["subject_gone"].value) == (0, 1)


def test_columns_follow_the_labels() -> None:
    def keys(*photos: LabelledPhoto, protocol: Protocol = Protocol.FREE) -> list[str]:
        return [m.key for m in measures_for(photos, protocol)]

    assert keys(photo((LEFT, None)))[:3] == ["iou", "bde", "recall"]
    assert keys(photo((LEFT, None), (RIGHT, None)))[0] == "iou_mean"
    assert "keep_success" in keys(photo((Box.whole(), None)))
    assert keys(photo()) == ["area", "kept"]
    assert keys(photo((LEFT, 2.0), (RIGHT, 1.0)), protocol=Protocol.ANCHORS)[0] == "srcc"


@pytest.fixture(scope="module")
def gaicd(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load(write_gaicd(tmp_path_factory.mktemp("gaicd"), photos=30))


def mean(dataset: Dataset, protocol: Protocol, key: str, answer: object) -> float:
    total = 0.0
    for labelled in dataset.photos:
        made = answer(labelled)  # type: ignore[operator]
        found = values_of(labelled, protocol, made, LabelKind.ANCHORS)
        total += found[key].value
    return 100 * total / len(dataset.photos)


def test_the_largest_anchor_by_both_modes(gaicd: Dataset) -> None:
    """A published baseline row: on the official test labels 24.5 / 41.0 by this same path."""

    def largest(labelled: LabelledPhoto) -> Answer:
        return ok(max((c.box for c in labelled.crops), key=lambda box: box.area))

    def areas(labelled: LabelledPhoto) -> Answer:
        boxes = trial_for(labelled, Protocol.ANCHORS).boxes
        return Answer(status=SampleStatus.OK, scores=tuple(box.area for box in boxes))

    def centred(labelled: LabelledPhoto) -> Answer:
        return ok(Box.of((1 / 24, 1 / 24, 23 / 24, 23 / 24)))

    # Worked out apart from this package, from the published JSON alone.
    independent = {5: 0, 10: 0}
    for labelled in gaicd.photos:
        scores = sorted((c.score or 0.0 for c in labelled.crops), reverse=True)
        top = max(labelled.crops, key=lambda c: c.box.area).score or 0.0
        for n in (5, 10):
            independent[n] += top >= scores[n - 1]
    for n in (5, 10):
        expected = 100 * independent[n] / len(gaicd.photos)
        for answer in (largest, centred):
            found = mean(gaicd, Protocol.FREE, f"snap_1_{n}", answer)
            assert found == pytest.approx(expected, abs=1e-9)
        found = mean(gaicd, Protocol.ANCHORS, f"acc_1_{n}", areas)
        assert found == pytest.approx(expected, abs=1e-9)
