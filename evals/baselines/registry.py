"""The baselines by name: what each can do, and whether it needs to open the photo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cropsmith.evals.baselines import geometry, grounded, saliency
from cropsmith.evals.baselines.prior import Prior
from cropsmith.evals.trial import Mode, Protocol, Trial
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.labelled_photo import LabelledPhoto

Crop = Callable[[Trial], Box]
Rank = Callable[[Trial], Sequence[float]]
Prepare = Callable[[Trial], None]


@dataclass(frozen=True)
class Baseline:
    """One trivial or common method."""

    name: str
    crop: Crop | None = None
    rank: Rank | None = None
    looks: bool = False
    """Whether it opens the photo."""
    protocols: frozenset[Protocol] = frozenset(Protocol)
    learns: bool = False
    prepare: Prepare | None = None
    """Fits what a trial needs, once for all trials that need the same."""
    by_chance: bool = False
    """Whether it draws lots: another seed is another answer."""
    named: bool = False
    """Whether a study must name it to have it: what needs weights is in no study unasked."""
    trivial: bool = True
    """Whether it belongs to what a system must beat before anything may be claimed."""

    def does(self, protocol: Protocol) -> bool:
        """Tell whether it can answer this protocol."""
        able = self.rank if protocol.mode is Mode.RANK else self.crop
        return able is not None and protocol in self.protocols


_RATIO = frozenset({Protocol.RATIO, Protocol.ASKED})
_NOT_RATIO = frozenset({Protocol.FREE, Protocol.TEXT, Protocol.SUBJECT, Protocol.GUIDE})
_ORDER = frozenset({Protocol.ANCHORS, Protocol.VOTES, Protocol.CANDIDATES})

BASELINES: dict[str, Baseline] = {
    row.name: row
    for row in (
        Baseline("full frame", geometry.full_frame, protocols=_NOT_RATIO),
        Baseline("centre 0.95", geometry.centred(0.95), protocols=_NOT_RATIO),
        Baseline("centre 11/12", geometry.centred(geometry.LARGEST_ANCHOR), protocols=_NOT_RATIO),
        Baseline(
            "centre 0.9",
            geometry.centred(0.9),
            geometry.overlap_scores(0.9),
            protocols=_NOT_RATIO | _ORDER,
        ),
        Baseline("centre 0.8", geometry.centred(0.8), protocols=_NOT_RATIO),
        Baseline("centre maximal", geometry.centred(1.0), protocols=_RATIO),
        Baseline("centre 0.97 of maximal", geometry.centred(0.97), protocols=_RATIO),
        Baseline("centre 0.9 of maximal", geometry.centred(0.9), protocols=_RATIO),
        Baseline("larger area", rank=geometry.area_scores, protocols=_ORDER),
        Baseline("nearer the centre", rank=geometry.central_scores, protocols=_ORDER),
        # Of whole photos it could only say one number for all of them.
        Baseline(
            "image-blind prior",
            protocols=frozenset(Protocol) - {Protocol.RATINGS, Protocol.ASKED},
            learns=True,
        ),
        Baseline("random", geometry.random_crop, geometry.random_scores, by_chance=True),
        Baseline("smartcrop.py", saliency.smartcrop, looks=True, trivial=False),
        Baseline("libvips attention", saliency.vips("attention"), looks=True, trivial=False),
        Baseline("libvips entropy", saliency.vips("entropy"), looks=True, trivial=False),
        # ClipCrop's baselines of crops for a text.
        Baseline(
            "OWL-ViT top box",
            grounded.top_box,
            looks=True,
            protocols=frozenset({Protocol.TEXT}),
            named=True,
            trivial=False,
        ),
        Baseline(
            "OWL-ViT union box",
            grounded.union_box,
            looks=True,
            protocols=frozenset({Protocol.TEXT}),
            named=True,
            trivial=False,
        ),
    )
}


def fitted(name: str, training: Sequence[LabelledPhoto]) -> Baseline:
    """Return a baseline, with the prior fitted to the training photos."""
    row = BASELINES[name]
    if not row.learns:
        return row
    prior = Prior(training)
    if not prior.usable:
        return row
    return replace(row, crop=prior.crop, rank=prior.scores, prepare=prior.prepare)
