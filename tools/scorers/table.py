"""The table of scorers: every available scorer over all candidates of a photo, in one batch."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

import numpy as np

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.plugins import Added, added
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import Preference
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Evidence, Grounding
from cropsmith.tools.schema.geometry import as_array
from cropsmith.tools.schema.request import Intent, Target
from cropsmith.tools.scorers.aesthetic import AestheticScorer
from cropsmith.tools.scorers.content import ContentScorer
from cropsmith.tools.scorers.crops import CropEmbeddings, EmbeddingCache
from cropsmith.tools.scorers.elements import ElementsScorer
from cropsmith.tools.scorers.encoder import Encoder
from cropsmith.tools.scorers.measures import FocusScorer, MeasuresScorer, PreferenceScorer
from cropsmith.tools.scorers.row import Scene, Scorer, ScorerRow, Scores
from cropsmith.tools.scorers.served import ServedScorer
from cropsmith.tools.scorers.wishes import (
    AreaScorer,
    ConstraintsScorer,
    ExclusionScorer,
    OthersScorer,
    RatioScorer,
    SubjectCoverageScorer,
)
from cropsmith.vectorstore import clip_weights
from cropsmith.vectorstore.clip import load_clip

TASKS = ("free", "subject", "ratio")


@cache
def weightings() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Return profile -> task -> scorer -> weight, from `tools/scorers/scorer_weights.toml`."""
    data = files("cropsmith.tools.scorers").joinpath("scorer_weights.toml")
    return tomllib.loads(data.read_text("utf-8"))


def weighting(profile: str, task: str) -> Mapping[str, float]:
    """Return the weights of a task by a profile, or by scorers joined with +, of equal weight.

    UsageError for a profile that is not in the table and names no scorers.
    """
    table = weightings()
    if profile in table:
        return table[profile][task]
    names = [name.strip() for name in profile.split("+")]
    if unknown := [name for name in names if name not in OWN and name not in plugged().rows]:
        near = get_close_matches(unknown[0], [*table, *OWN], n=1) or list(table)
        raise UsageError(
            f"There is no scorer profile '{profile}'.", hint=f"Known: {', '.join(near)}."
        )
    return dict.fromkeys(names, 1.0)


OWN = frozenset(
    "preference area subject focus exclusion others ratio constraints content aesthetic judge "
    "clipcrop clipcropping".split()
) | {"composition measures", "composition elements", "aesthetic elements"}
"""What the scorers of this folder are called; the judge is a model's."""


def plugged() -> Added[Scorer]:
    """Return the scorers of other packages."""
    return added("scorers", Scorer, "row.name", own=OWN)


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
    weights: Mapping[str, float] = field(default_factory=dict)
    """Scorer -> weight in the total, of those that ran and weigh something."""
    goodness: Sequence[Mapping[str, float]] = ()
    """Of each candidate: what the weights are multiplied with, in [0, 1]."""


@dataclass(frozen=True)
class ScorerTable:
    """The scorers of a run. Holds no photo; safe to use from several threads."""

    scorers: Sequence[Scorer]
    profile: str = "default"
    encoder: Encoder | None = None
    left_out: Sequence[LeftOut] = ()
    """Scorers that could not be had, with the reason."""
    cache: EmbeddingCache = field(default_factory=EmbeddingCache, repr=False, compare=False)
    """Embeddings kept between rounds and targets."""

    @classmethod
    def for_run(
        cls,
        *,
        clip: str = "auto",
        profile: str = "default",
        measures: bool = False,
        server: str = "",
        preference: Preference | None = None,
    ) -> "ScorerTable":
        """Return every scorer that can run here.

        `clip` is open_clip's MODEL:WEIGHTS or a folder, "off", or "auto": the default model where
        its weights are already on this machine, nothing otherwise; "auto" never downloads.
        `measures` adds the built-in composition measures (a millisecond a crop), `server` is the
        URL of a served aesthetic scorer, which then replaces the local head. UsageError for a
        profile that does not exist.
        """
        weighting(profile, "free")
        scorers: list[Scorer] = [
            PreferenceScorer(preference),
            AreaScorer(),
            SubjectCoverageScorer(),
            FocusScorer(),
            ExclusionScorer(),
            OthersScorer(),
            RatioScorer(),
            ConstraintsScorer(),
        ]
        if measures:
            scorers.append(MeasuresScorer())
        with_clip: list[Scorer] = [
            ContentScorer(),
            ElementsScorer("composition"),
            ElementsScorer("aesthetic"),
        ]
        encoder, missing = _encoder(clip)
        left_out: list[LeftOut] = []
        if encoder is None:
            left_out += [LeftOut(scorer.row.name, missing) for scorer in with_clip]
        else:
            scorers += with_clip
        aesthetic, why = _aesthetic(encoder, server, missing)
        if aesthetic is None:
            left_out.append(LeftOut(AestheticScorer.row.name, why))
        else:
            scorers.append(aesthetic)
        scorers += plugged().rows.values()
        return cls(scorers=scorers, profile=profile, encoder=encoder, left_out=left_out)

    @property
    def notes(self) -> Sequence[str]:
        """What was left out that would have had a say, for the person."""
        wanted = {name for task in TASKS for name in weighting(self.profile, task)}
        names: dict[str, list[str]] = {}
        for left in self.left_out:
            if left.name in wanted:
                names.setdefault(left.why, []).append(left.name)
        return [str(LeftOut(", ".join(some), why)) for why, some in names.items()]

    def score(
        self,
        view: View,
        intent: Intent,
        target: Target,
        candidates: Sequence[Candidate],
        grounding: Grounding | None = None,
        evidence: Sequence[Evidence] = (),
        extra: Sequence[Scorer] = (),
    ) -> Scored:
        """Score all candidates of one photo and target; `extra` scorers for this photo alone.

        A scorer that fails, or gives a candidate no value, is absent from its scores, never 0;
        the total weighs those that are there.
        """
        if not candidates:
            return Scored([])
        boxes = as_array(c.box for c in candidates)
        crops = CropEmbeddings(self.encoder, view, boxes, self.cache) if self.encoder else None
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
        columns: dict[str, Column] = {}
        failed: list[LeftOut] = []
        for scorer in (*self.scorers, *extra):
            try:
                scores = scorer.score(scene)
            except CropsmithError as error:
                failed.append(LeftOut(scorer.row.name, str(error)))
                continue
            if scores is not None:
                columns[scorer.row.name] = Column(scorer.row, scores)
        weights = dict(weighting(self.profile, intent.task))
        if self.profile == "default":
            weights = {n: c.row.weight for n, c in columns.items()} | weights
        totals = _totals(columns, weights, len(candidates))
        if np.isnan(totals).all():
            # Nothing that the profile weighs could run; a candidate must be ranked all the same.
            weights = dict(weighting("default", intent.task))
            totals = _totals(columns, weights, len(candidates))
            if self.profile != "default":
                failed.append(LeftOut(f"the weights of {self.profile}", "none of them could run."))
        return Scored(
            [
                candidate.scored(
                    {
                        n: float(c.scores[i])
                        for n, c in columns.items()
                        if not np.isnan(c.scores[i])
                    },
                    None if np.isnan(totals[i]) else float(totals[i]),
                )
                for i, candidate in enumerate(candidates)
            ],
            failed,
            weights={name: weights[name] for name in columns if weights.get(name)},
            goodness=_goodness(columns, weights, len(candidates)),
        )


@dataclass(frozen=True)
class Column:
    """One scorer's scores of all candidates."""

    row: ScorerRow
    scores: Scores


def _goodness(
    columns: Mapping[str, "Column"], weights: Mapping[str, float], count: int
) -> list[Mapping[str, float]]:
    good = {n: c.row.goodness(c.scores) for n, c in columns.items() if weights.get(n)}
    return [
        {
            name: round(float(values[i]), 4)
            for name, values in good.items()
            if values[i] == values[i]
        }
        for i in range(count)
    ]


def _totals(columns: Mapping[str, Column], weights: Mapping[str, float], count: int) -> Scores:
    """Return the weighted mean goodness of each candidate; NaN where nothing weighed is known."""
    weighted, weight = np.zeros(count), np.zeros(count)
    for name, column in columns.items():
        if own := weights.get(name, 0.0):
            there = ~np.isnan(column.scores)
            weighted[there] += own * column.row.goodness(column.scores)[there]
            weight[there] += own
    nothing = np.full(count, np.nan)
    return np.asarray(np.divide(weighted, weight, out=nothing, where=weight > 0))


def _encoder(clip: str) -> tuple[Encoder | None, str]:
    """Return the encoder, or None with the reason for its absence in words."""
    if clip == "off":
        return None, "CLIP is switched off."
    if clip == "auto":
        if not clip_weights.at_hand():
            return None, f"no CLIP model is on this machine ({clip_weights.DEFAULT})."
        clip = clip_weights.DEFAULT
    try:
        return load_clip(clip), ""
    except CropsmithError as error:
        return None, str(error)


def _aesthetic(encoder: Encoder | None, server: str, missing: str) -> tuple[Scorer | None, str]:
    """Return the served scorer, else the head over the CLIP model, else None with the reason."""
    if server:
        return ServedScorer(server), ""
    if encoder is None:
        return None, missing
    try:
        return AestheticScorer.load(encoder.name), ""
    except CropsmithError as error:
        return None, str(error)
