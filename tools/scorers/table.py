"""The table of scorers: every available scorer over all candidates of a photo, in one batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cropsmith.errors import CropsmithError
from cropsmith.tools.candidate import Candidate
from cropsmith.tools.evidence import Evidence, Grounding
from cropsmith.tools.geometry import as_array
from cropsmith.tools.request import Intent, Target
from cropsmith.tools.scorers.area import AreaScorer
from cropsmith.tools.scorers.constraints import ConstraintsScorer
from cropsmith.tools.scorers.content import ContentScorer
from cropsmith.tools.scorers.crops import CropEmbeddings, EmbeddingCache
from cropsmith.tools.scorers.encoder import DEFAULT_CLIP, Encoder, load_clip
from cropsmith.tools.scorers.exclusion import ExclusionScorer
from cropsmith.tools.scorers.ratio import RatioScorer
from cropsmith.tools.scorers.row import Need, Scene, Scorer, Scores
from cropsmith.tools.scorers.subject_coverage import SubjectCoverageScorer
from cropsmith.tools.scorers.weighting import weighting
from cropsmith.tools.view import View
from cropsmith.tools.weights import local_model


@dataclass(frozen=True)
class LeftOut:
    """A scorer that did not run, and why, in words."""

    name: str
    why: str

    def __str__(self) -> str:
        return f"Scored without {self.name}: {self.why}"


@dataclass(frozen=True)
class Scored:
    """Candidates with their scores, in the order given."""

    candidates: Sequence[Candidate]
    left_out: Sequence[LeftOut] = ()
    """Scorers that failed on this photo; those missing from the start are in the table's."""


@dataclass(frozen=True)
class ScorerTable:
    """The scorers of a run. Holds no photo; safe to use from several threads."""

    scorers: Sequence[Scorer]
    profile: str = "default"
    encoder: Encoder | None = None
    left_out: Sequence[LeftOut] = ()
    """Scorers that could not be had, with the reason."""
    _cache: EmbeddingCache = field(default_factory=EmbeddingCache, repr=False, compare=False)

    @classmethod
    def for_run(
        cls, *, clip: str = "auto", profile: str = "default", extra: Sequence[Scorer] = ()
    ) -> "ScorerTable":
        """Return every scorer that can run here.

        `clip` is a model's hub name or folder, "off", or "auto": the default model where its
        weights are already on this machine, nothing otherwise; "auto" never downloads.
        """
        weighting(profile, "free")
        encoder, missing = _encoder(clip)
        wanted: list[Scorer] = [
            AreaScorer(),
            SubjectCoverageScorer(),
            ExclusionScorer(),
            RatioScorer(),
            ConstraintsScorer(),
            ContentScorer(),
            *extra,
        ]
        can = [s for s in wanted if encoder is not None or Need.CLIP not in s.row.needs]
        left_out = [LeftOut(s.row.name, missing) for s in wanted if s not in can]
        return cls(scorers=can, profile=profile, encoder=encoder, left_out=left_out)

    def score(
        self,
        view: View,
        intent: Intent,
        target: Target,
        candidates: Sequence[Candidate],
        grounding: Grounding | None = None,
        evidence: Sequence[Evidence] = (),
    ) -> Scored:
        """Score all candidates of one photo and target.

        A scorer that fails, or gives a candidate no value, is absent from its scores, never 0;
        the total weighs those that are there.
        """
        if not candidates:
            return Scored([])
        boxes = as_array(c.box for c in candidates)
        crops = CropEmbeddings(self.encoder, view, boxes, self._cache) if self.encoder else None
        scene = Scene(
            view=view,
            intent=intent,
            target=target,
            candidates=candidates,
            boxes=boxes,
            grounding=grounding or Grounding(),
            evidence=evidence,
            crops=crops,
        )
        columns: dict[str, Scores] = {}
        weighted = np.zeros(len(candidates))
        weights = np.zeros(len(candidates))
        failed: list[LeftOut] = []
        wanted = weighting(self.profile, intent.task)
        for scorer in self.scorers:
            name = scorer.row.name
            try:
                column = scorer.score(scene)
            except CropsmithError as error:
                failed.append(LeftOut(name, str(error)))
                continue
            if column is None:
                continue
            columns[name] = column
            if weight := wanted.get(name, 0.0):
                there = ~np.isnan(column)
                weighted[there] += weight * scorer.row.goodness(column)[there]
                weights[there] += weight
        totals = np.divide(weighted, weights, out=np.full(len(weights), np.nan), where=weights > 0)
        return Scored(
            [
                candidate.scored(
                    {n: float(c[i]) for n, c in columns.items() if not np.isnan(c[i])},
                    None if np.isnan(totals[i]) else float(totals[i]),
                )
                for i, candidate in enumerate(candidates)
            ],
            failed,
        )


def _encoder(clip: str) -> tuple[Encoder | None, str]:
    """Return the encoder, or None with the reason for its absence in words."""
    if clip == "off":
        return None, "CLIP is switched off."
    if clip == "auto":
        if local_model(DEFAULT_CLIP) is None:
            return None, f"no CLIP model is on this machine ({DEFAULT_CLIP})."
        clip = DEFAULT_CLIP
    try:
        return load_clip(clip), ""
    except CropsmithError as error:
        return None, str(error)
