"""A model's decision, aligned with what people prefer (CROP's preference alignment, untrained)."""

from collections.abc import Sequence

import numpy as np

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.parts.parts import Parts
from cropsmith.tools.photographer.alignment import aligned
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import as_array
from cropsmith.tools.schema.result import Decision, Verdict


def aligned_decision(
    parts: Parts, brief: Brief, leaders: Sequence[Candidate], decision: Decision
) -> Decision:
    """Return the decision with its ranking and people's preference in one order.

    The reasons stay the model's while its choice does; where preference outweighs it, they are
    those of the crop that is taken instead, and say so.
    """
    sight, boxes = brief.view.sight, as_array(leader.box for leader in leaders)
    ranking = list(dict.fromkeys((decision.chosen, *decision.ranking)))
    places = np.array([ranking.index(c.id) if c.id in ranking else -1 for c in leaders])
    liked = parts.preference.score(sight, boxes, brief.target.ratio)
    scores = aligned(places, liked, parts.settings.own_weight)
    order = [leaders[index] for index in np.argsort(-scores, kind="stable")]
    chosen, verdict = order[0], Verdict.on(order[0].box)
    reasons = decision.reasons
    if chosen.id != decision.chosen:
        told = brief.reasons(chosen.box, parts.preference, verdict)
        reasons = (f"People's preferences outweigh the first choice of {decision.source}.", *told)
    return decision.model_copy(
        update={
            "chosen": chosen.id,
            "verdict": verdict,
            "reasons": reasons,
            "ranking": tuple(candidate.id for candidate in order),
            "confidence": parts.preference.confidence(sight, chosen.box, brief.target.ratio),
        }
    )
