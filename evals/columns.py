"""The columns of every table, by what is asked of a system and what people gave."""

from enum import StrEnum

from cropsmith.evals.measure import Measure
from cropsmith.evals.trial import Mode


class LabelKind(StrEnum):
    """What people gave for a photo, as far as the figures differ."""

    NONE = "none"
    SINGLE = "single"
    SEVERAL = "several"
    ANCHORS = "anchors"
    VOTES = "votes"
    RATING = "rating"
    ASKED = "asked"
    ADVICE = "advice"
    CHOSEN = "chosen"


_BDE = "mean of the four sides' distances, each divided by the original photo's side"
_ACC = "share of the K best predicted with MOS >= the N-th best's, ties included"
_WACC = "ranks by stable sort, exp(-(r - j) / N); not tie-inclusive"
_SNAP = "the crop counts as the annotated anchor of maximal IoU"

TABLES: dict[tuple[Mode, LabelKind], tuple[Measure, ...]] = {
    (Mode.GENERATE, LabelKind.SINGLE): (
        Measure("iou", "IoU", primary=True, convention="continuous boxes, mean over photos"),
        Measure("bde", "BDE", False, convention=_BDE),
        Measure("recall", "IoU ≥ .75", percent=True),
    ),
    (Mode.GENERATE, LabelKind.SEVERAL): (
        Measure("iou_mean", "IoU-mean", primary=True, convention="mean over annotators"),
        Measure("iou", "IoU-max", convention="best-matching annotator"),
        Measure("bde", "Disp", False, convention=f"of the IoU-max annotator; {_BDE}"),
        Measure("bde_min", "Disp-min", False, convention="smallest over annotators (ProCrop)"),
        Measure("recall", "recall@.75", percent=True, convention="IoU-max ≥ .75"),
    ),
    (Mode.GENERATE, LabelKind.ANCHORS): (
        Measure("percentile", "snapped MOS percentile", primary=True, percent=True,
                convention=f"{_SNAP}; share of anchors with lower MOS, ties half"),
        Measure("snap_1_5", "Acc1/5, nearest anchor", percent=True, convention=_SNAP),
        Measure("snap_1_10", "Acc1/10, nearest anchor", percent=True, convention=_SNAP),
        Measure("eps90_1_5", "Acc1/5, ε = .90", percent=True,
                convention="some top-5 anchor has IoU ≥ .90"),
        Measure("eps85_1_5", "Acc1/5, ε = .85", percent=True,
                convention="some top-5 anchor has IoU ≥ .85; a constant box scores 54 on GAICD"),
        Measure("eps90_1_10", "Acc1/10, ε = .90", percent=True),
        Measure("eps85_1_10", "Acc1/10, ε = .85", percent=True),
        Measure("regret", "regret (MOS)", False, convention="best MOS minus snapped MOS"),
        Measure("iou_best", "IoU with best anchor"),
        Measure("snap_iou", "IoU of the snap"),
    ),
    (Mode.RANK, LabelKind.ANCHORS): (
        Measure("srcc", "SRCC", primary=True,
                convention="per photo over all anchors, mean over photos; a constant counts 0"),
        Measure("pcc", "PCC", convention="as SRCC"),
        Measure("acc_1_5", "Acc1/5", percent=True, convention=_ACC),
        Measure("acc_1_10", "Acc1/10", percent=True, convention=_ACC),
        Measure("acc_5", "Acc5", percent=True, convention="mean of Acc1/5 ... Acc4/5"),
        Measure("acc_10", "Acc10", percent=True, convention="mean of Acc1/10 ... Acc4/10"),
        Measure("wacc_1_5", "wAcc1/5", percent=True, convention=_WACC),
        Measure("wacc_1_10", "wAcc1/10", percent=True, convention=_WACC),
        Measure("constant", "constant scores", False, percent=True,
                convention="photos whose SRCC is undefined and counted as 0"),
    ),
    (Mode.RANK, LabelKind.VOTES): (
        Measure("pairs", "pairs", primary=True, percent=True,
                convention="ordered like the majority of 5 voters, a tied score counts half"),
        Measure("pairs_3", "margin ≥ 3", percent=True),
        Measure("pairs_5", "margin 5", percent=True),
        Measure("pairs_area", "equal area", percent=True,
                convention="pairs within 1 % of area, which a preference for size cannot decide"),
    ),
    (Mode.RANK, LabelKind.CHOSEN): (
        Measure("iou", "IoU", primary=True,
                convention="of the candidate scored best; the expert's crop is one of them"),
        Measure("bde", "Disp", False, convention=_BDE),
        Measure("recall", "IoU ≥ .75", percent=True),
        Measure("found", "expert's crop", percent=True,
                convention="share of photos whose best scored candidate is the expert's crop"),
    ),
    (Mode.RANK, LabelKind.RATING): (
        Measure("rated", "concordance", primary=True, percent=True,
                convention="share of photo pairs ordered like the ratings"),
    ),
    (Mode.GENERATE, LabelKind.ASKED): (
        Measure("served", "served", primary=True, percent=True,
                convention="the thing is there, what must not be is not, the shape is as asked"),
        Measure("served_can", "served, where a crop can", percent=True,
                convention="of requests that some crop of the shape answers"),
        Measure("clear", "clear", percent=True,
                convention="what is unwanted is out, or the third at the side is free"),
        Measure("thing_gone", "thing gone", False, percent=True, convention="< 5 % inside"),
        Measure("thing_cut", "thing cut", False, percent=True,
                convention="less inside than serves: 90 % named, 80 % others, 85 % beside room"),
        Measure("shaped", "shape", percent=True, convention="the asked ratio, to 3 %"),
    ),
    (Mode.GENERATE, LabelKind.ADVICE): (
        Measure("advised", "advised alike", primary=True, percent=True,
                convention="kept, cropped or rejected as the people would"),
        Measure("iou", "IoU", convention="best-matching annotator, photos to refine alone"),
        Measure("bde", "BDE", False, convention=f"of the IoU-max annotator; {_BDE}"),
        Measure("keep_success", "keep", percent=True, convention="kept where people keep"),
        Measure("refine_success", "refine", percent=True,
                convention="cropped, IoU ≥ .7 with somebody, where people crop"),
        Measure("reject_success", "reject", percent=True,
                convention="rejected where people reject"),
    ),
    (Mode.GENERATE, LabelKind.NONE): (),
}  # fmt: skip

ALWAYS = (
    Measure("area", "crop area", True, percent=True, convention="share of the photo; no merit"),
    Measure("kept", "kept whole", True, percent=True, convention="area ≥ 99 %; no merit"),
)
FACES = (
    Measure("face_cut", "faces cut", False, percent=True,
            convention="faces that YuNet finds, 5-98 % of their area inside the crop"),
    Measure("face_gone", "faces gone", False, percent=True, convention="< 5 % inside"),
)  # fmt: skip
SUBJECT = (
    Measure("subject_cut", "subjects cut", False, percent=True, convention="as faces cut"),
    Measure("subject_gone", "subjects gone", False, percent=True, convention="< 5 % inside"),
)
KEEPING = (
    Measure("keep_success", "keep", percent=True, convention="kept where most people kept"),
    Measure("refine_success", "refine", percent=True,
            convention="cropped, IoU ≥ .7 with somebody, where people cropped"),
)  # fmt: skip
NO_MERIT = frozenset({"area", "kept"})
"""Columns that describe and do not rate: no direction is better."""
