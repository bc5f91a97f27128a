"""Says where a person's own taste has moved a crop, so that it never acts unseen."""

from dataclasses import replace

import numpy as np

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.agents.nodes.proposal import rules_for, solved
from cropsmith.agents.parts.parts import Parts
from cropsmith.agents.sources.source import draft
from cropsmith.tools.photographer.search import propose
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import Box, as_array
from cropsmith.tools.schema.result import Decision, Verdict

SAME = 0.95
"""IoU from which two crops look alike: no move to speak of."""


def with_taste_told(parts: Parts, brief: Brief, decision: Decision) -> Decision:
    """Return the decision; the first reason is taste's where another crop would win without it."""
    taste = parts.preference.taste
    chosen = next((c for c in brief.earlier if c.id == decision.chosen), None)
    if taste is None or chosen is None or decision.verdict is not Verdict.CROP:
        return decision
    other = without_taste(parts, brief, chosen)
    if other is None or other.iou(chosen.box) > SAME:
        return decision
    count = f"{taste.judged} choices" if taste.judged > 1 else "choices"
    told = f"{moved(other, chosen.box)} because of your {count}."
    return decision.model_copy(update={"reasons": (told, *decision.reasons)})


def without_taste(parts: Parts, brief: Brief, chosen: Candidate) -> Box | None:
    """Return the box that people in general prefer to the chosen one and this person does not.

    Looked for among the candidates and at what the search finds without taste; None if there is
    none, so that taste has changed nothing.
    """
    own, sight, ratio = parts.preference, brief.view.sight, brief.target.ratio
    general = replace(own, taste=None)
    (found,) = propose(sight, ratio, 1, preference=general)
    plain = solved(brief, [draft(brief, Box.of(found), "builtin")], rules_for(brief).constraints)
    total = chosen.total if chosen.total is not None else -np.inf
    rivals = [c for c in brief.earlier if c.legal and c.total is not None and c.total <= total]
    pool = [chosen, *(c for c in rivals if c.id != chosen.id), *plain]
    boxes = as_array(candidate.box for candidate in pool)
    everybody, person = general.score(sight, boxes, ratio), own.score(sight, boxes, ratio)
    turned = (everybody > everybody[0]) & (person <= person[0])
    if not turned.any():
        return None
    return pool[int(np.where(turned, everybody, -np.inf).argmax())].box


def moved(before: Box, after: Box) -> str:
    """Return the greatest difference between two boxes in words: "Moved left", "Tighter"."""
    across = (after.x1 + after.x2 - before.x1 - before.x2) / (before.width + after.width)
    down = (after.y1 + after.y2 - before.y1 - before.y2) / (before.height + after.height)
    larger = float(np.log(after.area / before.area)) / 2
    changes = {
        "Moved right" if across > 0 else "Moved left": abs(across),
        "Moved down" if down > 0 else "Moved up": abs(down),
        "Wider" if larger > 0 else "Tighter": abs(larger),
    }
    return max(changes, key=lambda name: changes[name])
