"""Which figures are reported for which labels, and each sample's values.

A value is a mean over `count` things (1 a photo, or its voted pairs). A failed sample is a miss:
IoU 0, displacement of the full frame (the convention of Venus), accuracy 0, the worst regret.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from cropsmith.errors import UsageError
from cropsmith.evals.columns import ALWAYS, FACES, KEEPING, NO_MERIT, SUBJECT, TABLES, LabelKind
from cropsmith.evals.measure import Measure, Metric
from cropsmith.evals.metrics import offgrid, ranking
from cropsmith.evals.metrics.advice import advised
from cropsmith.evals.metrics.asked import is_shaped, treated
from cropsmith.evals.metrics.cuts import cuts
from cropsmith.evals.metrics.keeping import keeping
from cropsmith.evals.metrics.overlap import agreement
from cropsmith.evals.metrics.votes import MARGINS, Judged, Share, pair_accuracy
from cropsmith.evals.trial import (
    Answer,
    Mode,
    Protocol,
    SampleStatus,
    boxes_to_rank,
    in_place_order,
    is_rating,
)
from cropsmith.plugins import Added, added
from cropsmith.tools.schema.geometry import Box, Boxes, as_array
from cropsmith.tools.schema.labelled_photo import LabelledPhoto


def label_kind(photos: Sequence[LabelledPhoto], protocol: Protocol) -> LabelKind:
    """Return what the photos' labels allow; decided for the whole dataset, not by photo."""
    match protocol:
        case Protocol.ANCHORS:
            return LabelKind.ANCHORS
        case Protocol.VOTES:
            return LabelKind.VOTES
        case Protocol.RATINGS:
            return LabelKind.RATING
        case Protocol.ASKED:
            return LabelKind.ASKED
        case Protocol.GUIDE:
            return LabelKind.ADVICE
        case Protocol.CANDIDATES:
            return LabelKind.CHOSEN
        case _ if any(len(p.crops) > 1 and p.crops[0].score is not None for p in photos):
            return LabelKind.ANCHORS
        case _ if any(len(p.crops) > 1 for p in photos):
            return LabelKind.SEVERAL
        case _ if any(p.crops and not is_rating(p) for p in photos):
            return LabelKind.SINGLE
    return LabelKind.NONE


_OWN = {
    measure.key
    for table in (*TABLES.values(), ALWAYS, FACES, SUBJECT, KEEPING)
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
    photos: Sequence[LabelledPhoto], protocol: Protocol, *, faces: bool = False, metric: str = ""
) -> tuple[Measure, ...]:
    """Return the columns of a table; optional ones only where the labels have something to say.

    `metric` is the key of the figure to rank by in place of the table's own; UsageError for one
    that the table does not have.
    """
    columns = _columns(photos, protocol, faces)
    if not metric:
        return columns
    able = [m.key for m in columns if m.key not in NO_MERIT]
    if metric not in able:
        raise UsageError(
            f"There is no figure '{metric}' to rank by.", hint=f"Here are {', '.join(able)}."
        )
    ranked = [replace(m, primary=m.key == metric) for m in columns]
    return tuple(sorted(ranked, key=lambda m: not m.primary))


def _columns(
    photos: Sequence[LabelledPhoto], protocol: Protocol, faces: bool
) -> tuple[Measure, ...]:
    kind = label_kind(photos, protocol)
    columns = list(TABLES[protocol.mode, kind])
    if protocol.mode is Mode.RANK:
        return tuple(columns)
    boxes = kind in (LabelKind.SINGLE, LabelKind.SEVERAL)
    if boxes and any(c.box.area >= 0.99 for p in photos for c in p.crops):
        columns += KEEPING
    if any(photo.subject for photo in photos):
        columns += SUBJECT
    if faces:
        columns += FACES
    told = {key for photo in photos for key, _ in _metrics_of(photo)}
    more = [m.measure for key, m in plugged().rows.items() if key in told]
    return (*columns, *more, *ALWAYS)


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
    if kind is LabelKind.ADVICE:
        found = {key: Share(value, 1) for key, value in _as_advised(photo, answer)}
        if answer.box is None:
            return found
    elif answer.box is None:
        missed = {key: Share(value, 1) for key, value in _missed(photo, kind)}
        return missed | {key: Share(m.missed, 1) for key, m in _metrics_of(photo)}
    else:
        found = {key: Share(float(v), 1) for key, v in _generated(photo, answer.box, kind)}
    for kind_of_thing, things in (
        ("face", faces),
        ("subject", [photo.subject] if photo.subject else []),
    ):
        if things:
            cut = cuts(answer.box, things)
            found[f"{kind_of_thing}_cut"] = Share(cut.cut / cut.count, cut.count)
            found[f"{kind_of_thing}_gone"] = Share(cut.gone / cut.count, cut.count)
    for key, metric in _metrics_of(photo):
        found[key] = Share(metric.of(photo, answer.box) or 0.0, 1)
    found["area"] = Share(answer.box.area, 1)
    found["kept"] = Share(float(answer.box.area >= 0.99), 1)
    return found


def _generated(photo: LabelledPhoto, box: Box, kind: LabelKind) -> Iterator[tuple[str, float]]:
    if kind is LabelKind.ASKED:
        yield from _as_asked(photo, box)
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
        outcome = keeping(box, truths, found)
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


def _as_asked(photo: LabelledPhoto, box: Box) -> Iterator[tuple[str, float]]:
    asked, size = photo.asked, photo.size
    if asked is None or size is None:
        return
    found, shaped = treated(box, asked), is_shaped(box, size, asked.ratio)
    yield "served", float(found.served and shaped)
    if asked.possible:
        yield "served_can", float(found.served and shaped)
    if asked.wish != "named":
        yield "clear", float(found.clear)
    yield "thing_gone", float(found.gone)
    yield "thing_cut", float(found.cut)
    yield "shaped", float(shaped)


def _as_advised(photo: LabelledPhoto, answer: Answer) -> Iterator[tuple[str, float]]:
    truths = [crop.box for crop in photo.crops]
    outcome = advised(photo.advice, answer.box, truths, rejected=answer.rejected)
    yield "advised", float(outcome.alike)
    yield f"{photo.advice}_success", float(outcome.success)
    if photo.advice == "refine" and truths:
        # Who keeps or rejects shows the whole frame, and who says nothing the least of it.
        found = agreement(answer.box or Box.whole(), truths)
        yield "iou", found.iou_max if answer.status is SampleStatus.OK else 0.0
        yield "bde", found.displacement


def _missed(photo: LabelledPhoto, kind: LabelKind) -> Iterator[tuple[str, float]]:
    """Yield the values of a sample without an answer, for every measure that has a direction."""
    if kind is LabelKind.ASKED:  # no crop serves nobody, and shows nothing gone or cut
        for key, _ in _as_asked(photo, Box.whole()):
            yield key, 0.0
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
    elif protocol is Protocol.CANDIDATES:
        yield from _chosen(photo, boxes, got)
    elif protocol is Protocol.ANCHORS:
        _, mos = _anchors(photo)
        for key, function in _MANY.items():
            yield key, Share(0.0 if got is None else function(mos, got), 1)
        srcc = None if got is None else ranking.spearman(mos, got)
        pcc = None if got is None else ranking.pearson(mos, got)
        yield "srcc", Share(srcc or 0.0, 1)
        yield "pcc", Share(pcc or 0.0, 1)
        yield "constant", Share(float(got is not None and srcc is None), 1)


def _chosen(
    photo: LabelledPhoto, boxes: tuple[Box, ...], got: ranking.Values | None
) -> Iterator[tuple[str, Share]]:
    truth = photo.crops[0].box
    box = Box.whole() if got is None else boxes[int(np.argmax(got))]
    found = agreement(box, [truth])
    yield "iou", Share(0.0 if got is None else found.iou_max, 1)
    yield "bde", Share(found.displacement, 1)
    yield "recall", Share(float(got is not None and found.recalled), 1)
    yield "found", Share(float(got is not None and box == truth), 1)


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
