"""What must hold of every crop for one target, and what of it could not."""

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.constraints.clutter import Clutter
from cropsmith.tools.constraints.from_intent import constraints_for
from cropsmith.tools.constraints.relaxation import Settled, settle


def rules_for(brief: Brief) -> Settled:
    """Return the hard constraints that can hold together, with notes on what had to yield.

    Raises `Conflict`, an `Infeasible`, when only a firm one could give way.
    """
    intent, size = brief.intent, brief.view.size
    calm = intent.copy_space is not None
    clutter = Clutter(brief.view.sight.texture.detail, size) if calm else None
    evidence = [*brief.grounding.found, *brief.evidence]
    asked = constraints_for(intent, brief.target, evidence, size, clutter)
    return settle(brief.target, asked, size, intent.upscale)
