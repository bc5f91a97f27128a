"""Crops of a trained ClipCrop decoder, where there is one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.sources.source import draft
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box

if TYPE_CHECKING:
    from cropsmith.agents.parts.parts import Parts

MOST = 5
"""Drafts of a photo."""
NAME = "clipcrop"


@dataclass(frozen=True)
class Decoded:
    """Proposes the decoder's crops of highest expected overlap, no two alike."""

    parts: "Parts"
    name: str = NAME

    async def propose(self, brief: Brief) -> Sequence[Candidate]:
        """Return drafts whose detail tells the logit of each; none without a decoder."""
        return await asyncio.to_thread(self._drafts, brief)

    def _drafts(self, brief: Brief) -> list[Candidate]:
        cropper = self.parts.cropper
        if cropper is None:
            return []
        outputs = cropper.outputs(brief.view, brief.intent, brief.grounding, self.parts.views.get)
        return [
            draft(brief, Box.of(outputs.boxes[i]), NAME, f"logit {outputs.logits[i]:.2f}")
            for i in outputs.best(MOST)
        ]
