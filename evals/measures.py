"""Which figures are reported for which labels, and each sample's values.

A value is a mean over `count` things (1 a photo, or its voted pairs). A failed sample is a miss:
IoU 0, displacement of the full frame (the convention of Venus), accuracy 0, the worst regret.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

import numpy as np

from cropsmith.evals.measure import Measure, Metric
from cropsmith.evals.metrics import offgrid, ranking
from cropsmith.evals.metrics.cuts import cuts
from cropsmith.evals.metrics.keeping import keeping
from cropsmith.evals.metrics.overlap import agreement
from cropsmith.evals.metrics.votes import MARGINS, Judged, Share, pair_accuracy
from cropsmith.evals.trial import (
    Answer,
    Mode,
    Protocol,
    boxes_to_rank,
    in_place_order,
    is_rating,
)
from cropsmith.plugins import Added, added
from cropsmith.tools.schema.geometry import Box, Boxes, as_array
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


class LabelKind(StrEnum):
    """What people gave for a photo, as far as the figures differ."""

    NONE = "none"
    SINGLE = "single"
    SEVERAL = "several"
    ANCHORS = "anchors"
    VOTES = "votes"
    RATING = "rating"


def label_kind(photos: Sequence[LabelledPhoto], protocol: Protocol) -> LabelKind:
    """Return what the photos' labels allow; decided for the whole dataset, not by photo."""
    match protocol:
        case Protocol.ANCHORS:
            return LabelKind.ANCHORS
        case Protocol.VOTES:
            return LabelKind.VOTES
        case Protocol.RATINGS:
            return LabelKind.RATING
        case _ if any(len(p.crops) > 1 and p.crops[0].score is not None for p in photos):
            return LabelKind.ANCHORS
        case _ if any(len(p.crops) > 1 for p in photos):
            return LabelKind.SEVERAL
        case _ if any(p.crops and not is_rating(p) for p in photos):
            return LabelKind.SINGLE
    return LabelKind.NONE


_BDE = "mean of the four sides' distances, each divided by the original photo's side"
_ACC = "share of the K best predicted with MOS >= the N-th best's, ties included"
_WACC = "ranks by stable sort, exp(-(r - j) / N); not tie-inclusive"
_SNAP = "the crop counts as the annotated anchor of maximal IoU"

_TABLES: dict[tuple[Mode, LabelKind], tuple[Measure, ...]] = {
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
    (Mode.RANK, LabelKind.RATING): (
        Measure("rated", "concordance", primary=True, percent=True,
                convention="share of photo pairs ordered like the ratings"),
    ),
    (Mode.GENERATE, LabelKind.NONE): (),
}  # fmt: skip

_ALWAYS = (
    Measure("area", "crop area", True, percent=True, convention="share of the photo; no merit"),
    Measure("kept", "kept whole", True, percent=True, convention="area ≥ 99 %; no merit"),
)
_FACES = (
    Measure("face_cut", "faces cut", False, percent=True,
            convention="detected faces with 2-98 % of their area inside the crop"),
)  # fmt: skip
_SUBJECT = (
    Measure("subject_cut", "subjects cut", False, percent=True, convention="as faces cut"),
    Measure("subject_lost", "subjects lost", False, percent=True, convention="≤ 2 % inside"),
)
_KEEPING = (
    Measure("keep_success", "keep", percent=True, convention="kept where most people kept"),
    Measure("refine_success", "refine", percent=True,
            convention="cropped, IoU ≥ .7 with somebody, where people cropped"),
)  # fmt: skip
NO_MERIT = frozenset({"area", "kept"})
"""Columns that describe and do not rate: no direction is better."""
_OWN = {
    measure.key
    for table in (*_TABLES.values(), _ALWAYS, _FACES, _SUBJECT, _KEEPING)
    for measure in table
}


def plugged() -> Added[Metric]:
    """Return the figures of other packages."""
    return added("metrics", Metric, "measure.key", own=_OWN)


def _metrics_of(photo: LabelledPhoto) -> Iterator[tuple[str, Metric]]:
    for key, metric in plugged().rows.items():
        if metric.of(photo, Box.whole()) is not None:
            yield key, metric


def measures_for(
    photos: Sequence[LabelledPhoto], protocol: Protocol, *, faces: bool = False
) -> tuple[Measure, ...]:
    """Return the columns of a table; optional ones only where the labels have something to say."""
    kind = label_kind(photos, protocol)
    columns = list(_TABLES[protocol.mode, kind])
    if protocol.mode is Mode.RANK:
        return tuple(columns)
    boxes = kind in (LabelKind.SINGLE, LabelKind.SEVERAL)
    if boxes and any(c.box.area >= 0.99 for p in photos for c in p.crops):
        columns += _KEEPING
    if any(photo.subject for photo in photos):
        columns += _SUBJECT
    if faces:
        columns += _FACES
    told = {key for photo in photos for key, _ in _metrics_of(photo)}
    more = [m.measure for key, m in plugged().rows.items() if key in told]
    return (*columns, *more, *_ALWAYS)


Values = dict[str, Share]
"""A sample's values by measure key; a key is absent where the photo has nothing to measure."""


def values_of(
    photo: LabelledPhoto,
    protocol: Protocol,
    answer: Answer,
    kind: LabelKind,
    faces: Sequence[Box] = (),
) -> Values:
    """Return the values of one sample, of a miss if it failed."""
    if protocol.mode is Mode.RANK:
        return dict(_ranked(photo, protocol, answer))
    if answer.box is None:
        missed = {key: Share(value, 1) for key, value in _missed(photo, kind)}
        return missed | {key: Share(m.missed, 1) for key, m in _metrics_of(photo)}
    found = {key: Share(float(v), 1) for key, v in _generated(photo, answer.box, kind)}
    for key, things in (
        ("face_cut", faces),
        ("subject_cut", [photo.subject] if photo.subject else []),
    ):
        if things:
            cut = cuts(answer.box, things)
            found[key] = Share(cut.cut / cut.count, cut.count)
            if key == "subject_cut":
                found["subject_lost"] = Share(float(cut.out), 1)
    for key, metric in _metrics_of(photo):
        found[key] = Share(metric.of(photo, answer.box) or 0.0, 1)
    found["area"] = Share(answer.box.area, 1)
    found["kept"] = Share(float(answer.box.area >= 0.99), 1)
    return found


def _generated(photo: LabelledPhoto, box: Box, kind: LabelKind) -> Iterator[tuple[str, float]]:
    if not photo.crops:
        return
    if kind is LabelKind.ANCHORS:
        yield from _off_grid(photo, box)
    elif kind in (LabelKind.SINGLE, LabelKind.SEVERAL):
        truths = [crop.box for crop in photo.crops]
        found = agreement(box, truths)
        yield "iou", found.iou_max
        yield "bde", found.displacement
        yield "recall", found.recalled
        yield "iou_mean", found.iou_mean
        yield "bde_min", found.displacement_min
        outcome = keeping(box, truths)
        yield ("keep_success" if outcome.should_keep else "refine_success"), outcome.success


def _anchors(photo: LabelledPhoto) -> tuple[Boxes, ranking.Values]:
    crops = in_place_order(photo.crops)
    scores = np.array([np.nan if c.score is None else c.score for c in crops], dtype=np.float64)
    return as_array(c.box for c in crops), scores


def _off_grid(photo: LabelledPhoto, box: Box) -> Iterator[tuple[str, float]]:
    anchors, mos = _anchors(photo)
    snapped = offgrid.snap(box, anchors, mos)
    yield "percentile", snapped.percentile
    yield "regret", snapped.regret
    yield "snap_iou", snapped.overlap
    yield "iou_best", offgrid.best_overlap(box, anchors, mos)
    for n in (5, 10):
        yield f"snap_1_{n}", offgrid.nearest_hit(snapped, mos, n)
        for epsilon in offgrid.TOLERANCES:
            hit = offgrid.tolerant_hit(box, anchors, mos, n, epsilon)
            yield f"eps{round(epsilon * 100)}_1_{n}", hit


def _missed(photo: LabelledPhoto, kind: LabelKind) -> Iterator[tuple[str, float]]:
    """Yield the values of a sample without an answer, for every measure that has a direction."""
    if not photo.crops:
        return
    worst = dict(_generated(photo, Box.whole(), kind))
    if kind is LabelKind.ANCHORS:
        _, mos = _anchors(photo)
        worst["regret"] = float(np.ptp(mos))
    for key, value in worst.items():
        yield key, value if key in ("bde", "bde_min", "regret") else 0.0


_MANY: dict[str, Callable[[ranking.Values, ranking.Values], float]] = {
    "acc_1_5": lambda mos, got: ranking.accuracy(mos, got, 1, 5),
    "acc_1_10": lambda mos, got: ranking.accuracy(mos, got, 1, 10),
    "acc_5": lambda mos, got: ranking.mean_accuracy(mos, got, 5),
    "acc_10": lambda mos, got: ranking.mean_accuracy(mos, got, 10),
    "wacc_1_5": lambda mos, got: ranking.weighted_accuracy(mos, got, 1, 5),
    "wacc_1_10": lambda mos, got: ranking.weighted_accuracy(mos, got, 1, 10),
}


def _ranked(
    photo: LabelledPhoto, protocol: Protocol, answer: Answer
) -> Iterator[tuple[str, Share]]:
    boxes = boxes_to_rank(photo, protocol)
    got = np.array(answer.scores, dtype=np.float64) if answer.scores else None
    if got is not None and len(got) != len(boxes):
        raise ValueError(f"{photo.name}: {len(got)} scores for {len(boxes)} boxes")
    if protocol is Protocol.VOTES:
        yield from _voted(photo, boxes, got)
    elif protocol is Protocol.ANCHORS:
        _, mos = _anchors(photo)
        for key, function in _MANY.items():
            yield key, Share(0.0 if got is None else function(mos, got), 1)
        srcc = None if got is None else ranking.spearman(mos, got)
        pcc = None if got is None else ranking.pearson(mos, got)
        yield "srcc", Share(srcc or 0.0, 1)
        yield "pcc", Share(pcc or 0.0, 1)
        yield "constant", Share(float(got is not None and srcc is None), 1)


def _voted(
    photo: LabelledPhoto, boxes: tuple[Box, ...], got: ranking.Values | None
) -> Iterator[tuple[str, Share]]:
    scores = dict(zip(boxes, got, strict=True)) if got is not None else {}
    pairs = [
        Judged(
            pair.for_first,
            pair.for_second,
            float(scores.get(pair.first, 0)),
            float(scores.get(pair.second, 0)),
            equal_area=abs(pair.first.area / pair.second.area - 1) < 0.01,
        )
        for pair in photo.votes
    ]
    figures = {f"pairs_{m}" if m > 1 else "pairs": pair_accuracy(pairs, m) for m in MARGINS}
    figures["pairs_area"] = pair_accuracy(pairs, equal_area=True)
    for key, share in figures.items():
        if share:
            yield key, share if got is not None else Share(0.0, share.count)
