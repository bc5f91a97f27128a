"""The built-in photographer: a mind that needs no model, no network and no downloaded weights."""

import asyncio
from collections.abc import Sequence

import cv2
import numpy as np

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.language.understanding import understand
from cropsmith.tools.photographer.elements import elements
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.photographer.preference import UNLIKELY, Preference
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.candidate import Candidate, Provenance
from cropsmith.tools.schema.evidence import Analysis, ElementFinding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.request import CropRequest, Intent
from cropsmith.tools.schema.result import Decision, Verdict

PROPOSALS = 24
"""Candidates per target: enough that the best is rarely missing, few enough to solve and score."""

CLEAR = 0.25
"""Strength from which an element is worth reporting."""


class BuiltinMind:
    """Understands by grammar, analyses by measuring, proposes by search, decides by preference.

    Deterministic: the same photo and request give the same answer.
    """

    name = "builtin"

    def __init__(self, preference: Preference | None = None) -> None:
        self.preference = preference or Preference.load()

    async def understand(self, view: View, request: CropRequest) -> Intent:
        """Parse the words; UsageError for a shape that cannot be."""
        return understand(request, view.size)

    async def analyse(self, view: View, intent: Intent) -> Analysis:
        """Measure the composition of the whole photo."""
        return await asyncio.to_thread(self._analysis, view)

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Search coarse to fine for the crops that people would prefer."""
        return await asyncio.to_thread(self._proposals, brief)

    async def decide(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        """Take the candidate of the best total; keep the original when people likely would."""
        return await asyncio.to_thread(self._decision, brief, leaders)

    def _analysis(self, view: View) -> Analysis:
        sight = view.sight
        grey = cv2.cvtColor(sight.pixels, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
        height, width = sight.saliency.shape
        grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        measured = elements(grey, sight.saliency)
        return Analysis(
            source=self.name,
            elements=tuple(
                ElementFinding(element=element, strength=round(strength, 3))
                for element, strength in sorted(measured.items(), key=lambda item: -item[1])
                if strength >= CLEAR
            ),
            lines=tuple(sight.lines),
            subjects=(sight.salient,) if sight.salient is not None else (),
            focal_point=sight.focal_point,
        )

    def _proposals(self, brief: Brief) -> list[Candidate]:
        boxes = propose(brief.view.sight, brief.target.ratio, PROPOSALS, preference=self.preference)
        return [
            Candidate(
                id="",
                target=brief.target_index,
                box=Box.of(box),
                provenance=Provenance(source="builtin", round=brief.round),
            )
            for box in boxes
        ]

    def _decision(self, brief: Brief, leaders: Sequence[Candidate]) -> Decision:
        ranking = sorted(leaders, key=lambda c: -(c.total or 0.0))
        original = next((c for c in ranking if c.box == Box.whole()), None)
        best = next((c for c in ranking if c is not original), original)
        if best is None:
            raise ValueError("a decision needs at least one candidate")
        sight = brief.view.sight
        confidence = self.preference.confidence(sight, best.box, brief.target.ratio)
        keep = original is not None and (
            best is original
            or confidence < UNLIKELY
            or (original.total or 0.0) > (best.total or 0.0)
        )
        chosen = original if keep and original is not None else best
        verdict = Verdict.KEEP if keep else Verdict.CROP
        return Decision(
            target=brief.target_index,
            chosen=chosen.id,
            verdict=verdict,
            reasons=brief.reasons(chosen.box, self.preference, verdict),
            confidence=confidence,
            source=self.name,
            ranking=tuple(c.id for c in [chosen, *(c for c in ranking if c is not chosen)]),
        )
