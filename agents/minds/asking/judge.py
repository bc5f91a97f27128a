"""A VLM as one more scorer: it looks at every candidate as a picture and gives it 0 to 10.

It stands here, not among the tools, because tools never talk to a VLM. Its scores enter the same
table. A batch that fails leaves its candidates unjudged; were only some judged, their totals could
not be compared, so then none is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, create_model

from cropsmith.agents.backends.protocol.backend import Part
from cropsmith.agents.minds.asking.asker import Asker
from cropsmith.agents.minds.asking.darkroom import SCORED
from cropsmith.agents.minds.asking.found import add_evidence
from cropsmith.agents.minds.asking.question import Question
from cropsmith.agents.minds.asking.script import Script
from cropsmith.agents.minds.asking.wishes import add_request
from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores

BATCH = 8
"""Crops judged in one call."""

ROW = ScorerRow(name="judge", about="a vision-language model's own verdict, 0 to 10", high=10.0)


LIKE = (6, 3, 8, 4, 9, 2)
"""Scores that the prompt shows of the form."""


def verdict_on(count: int) -> type[BaseModel]:
    """Return the schema of a verdict on exactly `count` crops."""
    score: Any = Annotated[int, Field(ge=0, le=10)]
    scores: Any = Annotated[list[score], Field(min_length=count, max_length=count)]
    return create_model("Verdict", scores=(scores, ...))


@dataclass(frozen=True)
class JudgeScorer:
    """The verdicts as a scorer of the table."""

    verdicts: Mapping[str, float]
    """Candidate id -> 0 to 10."""
    row: ScorerRow = ROW

    def score(self, scene: Scene) -> Scores | None:
        """Return the verdicts, shape (N,); NaN for a candidate that was not judged."""
        return np.array([self.verdicts.get(c.id, np.nan) for c in scene.candidates])


async def judge(asker: Asker, brief: Brief, candidates: Sequence[Candidate]) -> JudgeScorer:
    """Have all candidates judged, a few calls side by side. MindFailed when any call fails."""
    batches = [candidates[i : i + BATCH] for i in range(0, len(candidates), BATCH)]
    judged = await asyncio.gather(*(_batch(asker, brief, some) for some in batches))
    return JudgeScorer({name: value for one in judged for name, value in one.items()})


async def _batch(asker: Asker, brief: Brief, candidates: Sequence[Candidate]) -> dict[str, float]:
    script = Script()
    photo = await asker.darkroom.photo(brief.view)
    script.show(photo)
    add_request(script, brief.intent, [brief.target], brief.view.size, photo)
    add_evidence(script, brief, photo, asker.name)
    script.say("vlm/judge", count=len(candidates))
    pictures: list[Part] = []
    for number, candidate in enumerate(candidates, start=1):
        picture = await asker.darkroom.crop(brief.view, candidate.box, SCORED)
        pictures += [f"Crop {number}:", picture]
    script.parts += pictures
    form = verdict_on(len(candidates))
    like = form.model_validate({"scores": list(islice(cycle(LIKE), len(candidates)))})
    verdict: Any = await asker.answer(
        Question(purpose="judge", script=script, answer=form, frame=photo, example=like)
    )
    return {c.id: float(s) for c, s in zip(candidates, verdict.scores, strict=True)}
