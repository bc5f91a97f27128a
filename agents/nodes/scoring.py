"""The table of scorers over all candidates."""

import asyncio
from collections.abc import Sequence
from typing import Any

from langgraph.runtime import Runtime

from cropsmith.agents.minds.base.mind import Brief, MindFailed
from cropsmith.agents.nodes.brief import brief_for
from cropsmith.agents.nodes.state import CropState
from cropsmith.agents.parts.parts import Parts, RunContext
from cropsmith.agents.trace.record import current_step
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.result import Failure
from cropsmith.tools.scorers.row import Scorer
from cropsmith.tools.scorers.table import Scored


def scored(
    parts: Parts, brief: Brief, candidates: list[Candidate], extra: Sequence[Scorer] = ()
) -> Scored:
    """Return the candidates with the scores of every scorer that could run."""
    return parts.scorers.score(
        brief.view, brief.intent, brief.target, candidates, brief.grounding, brief.evidence, extra
    )


async def judged(
    parts: Parts, brief: Brief, candidates: list[Candidate]
) -> tuple[Sequence[Scorer], Sequence[Failure]]:
    """Ask the model for its verdicts where that is wanted; a failure is recorded."""
    asker = getattr(parts.mind, "asker", None)
    if not parts.settings.judge or asker is None:
        return (), ()
    from cropsmith.agents.minds.asking.judge import judge

    try:
        return (await judge(asker, brief, candidates),), ()
    except MindFailed as failed:
        if parts.settings.strict:
            raise
        return (), (
            Failure(
                node="scoring", source=failed.source, status=failed.status, message=str(failed)
            ),
        )


async def scoring(state: CropState, runtime: Runtime[RunContext]) -> dict[str, Any]:
    """Score the candidates that have no scores yet; a scorer that fails is left out and said."""
    parts = runtime.context.parts
    done: list[Candidate] = []
    failures: list[Failure] = []
    fresh: dict[int, list[Candidate]] = {}
    for candidate in state["candidates"]:
        if candidate.total is None:
            fresh.setdefault(candidate.target, []).append(candidate)
    briefs = [await brief_for(state, parts, index) for index in sorted(fresh)]
    judging = (judged(parts, brief, fresh[brief.target_index]) for brief in briefs)
    told: dict[str, Any] = {"weights": {}, "goodness": {}}
    for brief, (extra, failed) in zip(briefs, await asyncio.gather(*judging), strict=True):
        failures += failed
        found = await asyncio.to_thread(scored, parts, brief, fresh[brief.target_index], extra)
        done += found.candidates
        told["weights"][str(brief.target_index)] = dict(found.weights)
        names = [candidate.id for candidate in found.candidates]
        told["goodness"] |= dict(zip(names, found.goodness, strict=True))
        failures += [
            Failure(node="scoring", source=left.name, status="error", message=left.why)
            for left in found.left_out
        ]
    if (step := current_step.get()) is not None:
        step.inputs = told  # why one candidate beats another can then be read, not guessed
        if state["round"] == 0:
            step.notes += parts.scorers.notes
    return {"candidates": tuple(done), "failures": tuple(failures)}
