"""The wishes of a request as scorers: subject, exclusion, constraints, ratio, and area kept."""

from collections.abc import Sequence

import numpy as np

from cropsmith.tools.constraints.must_stay import Staying, is_within, must_stay
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.geometry import Boxes, as_array
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores


class SubjectCoverageScorer:
    """The mean, over the named subjects, of the share of each subject's box inside the crop."""

    row = ScorerRow(name="subject", about="share of the named subjects that lies inside the crop")

    def score(self, scene: Scene) -> Scores | None:
        """Return coverage per box, shape (N,); None when the request names no subject found."""
        found = [thing.box for thing in named(scene)]
        return coverage(scene.boxes, as_array(found)).mean(axis=1) if found else None


def named(scene: Scene) -> Sequence[Staying]:
    """Return what the request names, as it must stay in every crop."""
    return must_stay(scene.intent, [*scene.grounding.found, *scene.evidence]).named


def coverage(boxes: Boxes, things: Boxes) -> Scores:
    """Return the (N, M) shares of each thing's area that lie inside each box."""
    low = np.maximum(boxes[:, None, :2], things[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], things[None, :, 2:])
    inside = np.prod(np.clip(high - low, 0.0, None), axis=2)
    return np.asarray(inside / np.prod(things[:, 2:] - things[:, :2], axis=1))


class ExclusionScorer:
    """The mean, over the unwanted things, of the share of each that still shows."""

    row = ScorerRow(
        name="exclusion",
        about="share of the unwanted things that still shows",
        higher_is_better=False,
    )

    def score(self, scene: Scene) -> Scores | None:
        """Return the shares per box, shape (N,); None when nothing unwanted was found."""
        unwanted = [e.box for e in scene.grounding.found if e.kind is EvidenceKind.AVOID]
        return coverage(scene.boxes, as_array(unwanted)).mean(axis=1) if unwanted else None


OTHERS = (EvidenceKind.THING, EvidenceKind.PERSON, EvidenceKind.FACE, EvidenceKind.SUBJECT)


class OthersScorer:
    """What is inside of all else that was found, a thing's weight its area times its chance."""

    row = ScorerRow(
        name="others", about="share of the other things that stays where something is to go"
    )

    def score(self, scene: Scene) -> Scores | None:
        """Return the shares per box, shape (N,); None when nothing is to go, or nothing is left."""
        found = [*scene.grounding.found, *scene.evidence]
        unwanted = [e.box for e in found if e.kind is EvidenceKind.AVOID]
        others = [
            e
            for e in found
            if e.kind in OTHERS and not any(is_within(e.box, box) for box in unwanted)
        ]
        if not unwanted or not others:
            return None
        sure = [e.sure for e in others]
        weights = np.array([e.box.area for e in others]) * sure
        inside = coverage(scene.boxes, as_array(e.box for e in others))
        return np.asarray(inside @ weights / weights.sum())


class AreaScorer:
    """A = (h_crop * w_crop) / (H * W)."""

    row = ScorerRow(name="area", about="share of the photo's area that is kept")

    def score(self, scene: Scene) -> Scores | None:
        """Return each box's area, shape (N,)."""
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        return np.asarray(sides[:, 0] * sides[:, 1])


class ConstraintsScorer:
    """Held checks / all checks, from the checks that the solver wrote on the candidates."""

    row = ScorerRow(name="constraints", about="share of the hard constraints that hold")

    def score(self, scene: Scene) -> Scores | None:
        """Return shares, shape (N,); NaN for an unchecked candidate, None when none is checked."""
        shares = [
            sum(check.ok for check in c.checks) / len(c.checks) if c.checks else np.nan
            for c in scene.candidates
        ]
        return np.array(shares) if any(c.checks for c in scene.candidates) else None


class RatioScorer:
    """min(r / t, t / r) of the crop's ratio r and the target's t, both in pixels: 1 when equal."""

    row = ScorerRow(name="ratio", about="nearness to the asked ratio, 1 when exact")

    def score(self, scene: Scene) -> Scores | None:
        """Return nearness per box, shape (N,); None when no shape is asked."""
        if (asked := asked_ratio(scene.target)) is None:
            return None
        sides = scene.boxes[:, 2:] - scene.boxes[:, :2]
        whole = Ratio.of_size(scene.view.size).value
        share = sides[:, 0] / sides[:, 1] * whole / asked.value
        return np.asarray(np.minimum(share, 1.0 / share))


def asked_ratio(target: Target) -> Ratio | None:
    """Return the shape a target asks for, by ratio or by size."""
    if target.ratio is None and target.size is not None:
        return Ratio.of_size(target.size)
    return target.ratio
