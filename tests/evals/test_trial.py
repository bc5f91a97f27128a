from hypothesis import given
from hypothesis import strategies as st

from cropsmith.evals.trial import Mode, Protocol, given_ratio, offers, trial_for
from cropsmith.tools.schema.evidence import ExpertCrop
from cropsmith.tools.schema.geometry import Box, Size
from cropsmith.tools.schema.labelled_photo import LabelledPhoto, VotedPair

LEFT, RIGHT = Box.of((0, 0, 0.5, 1)), Box.of((0.5, 0, 1, 1))


def photo(*crops: tuple[Box, float | None], **more: object) -> LabelledPhoto:
    made = tuple(ExpertCrop(box=box, score=score) for box, score in crops)
    size = Size(width=1024, height=768)
    return LabelledPhoto.model_validate(
        {"name": "a.jpg", "path": "a.jpg", "size": size, "crops": made, "source": "test", **more}
    )


def test_a_trial_tells_no_label() -> None:
    labelled = photo((LEFT, None), text="the tree", subject=RIGHT)
    free = trial_for(labelled, Protocol.FREE)
    assert (free.ratio, free.text, free.subject, free.boxes) == (None, "", None, ())
    assert trial_for(labelled, Protocol.TEXT).text == "the tree"
    assert trial_for(labelled, Protocol.SUBJECT).subject == RIGHT


def test_anchors_arrive_by_place_and_not_best_first() -> None:
    trial = trial_for(photo((RIGHT, 5.0), (LEFT, 1.0)), Protocol.ANCHORS)
    assert trial.boxes == (LEFT, RIGHT)


def test_each_voted_crop_is_scored_once() -> None:
    pairs = [VotedPair(first=RIGHT, second=LEFT, for_first=5, for_second=0)] * 2
    assert trial_for(photo(votes=pairs), Protocol.VOTES).boxes == (LEFT, RIGHT)


@given(st.integers(60, 4000), st.integers(60, 4000))
def test_the_ratio_given_is_close_and_does_not_tell_the_size(width: int, height: int) -> None:
    size = Size(width=4000, height=4000)
    ratio = given_ratio(Box.of((0, 0, width / 4000, height / 4000)), size)
    assert abs(ratio.value / (width / height) - 1) < 1e-2
    assert min(ratio.width, ratio.height) <= 100


def test_the_ratio_of_a_real_crop() -> None:
    size = Size(width=1024, height=768)
    ratio = given_ratio(Box.of((0, 0, 757 / 1024, 399 / 768)), size)
    assert abs(ratio.value - 757 / 399) < 5e-4 and ratio.width != 757


def test_labels_decide_the_protocols() -> None:
    def of(labelled: LabelledPhoto) -> set[str]:
        return {p.value for p in Protocol if offers(labelled, p)}

    assert of(photo()) == {"free"}
    assert of(photo((LEFT, None))) == {"free", "ratio"}
    assert of(photo((LEFT, 2.0), (RIGHT, 1.0))) == {"free", "anchors"}
    assert of(photo((Box.whole(), 0.4))) == {"ratings"}
    assert of(photo((LEFT, None), text="a", subject=LEFT)) == {"free", "ratio", "text", "subject"}
    assert {p.mode for p in (Protocol.ANCHORS, Protocol.VOTES, Protocol.RATINGS)} == {Mode.RANK}
