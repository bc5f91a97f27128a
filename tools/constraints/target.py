"""The constraints that follow from the target itself: its ratio, its size."""

from collections.abc import Sequence

from cropsmith.tools.constraints.kinds import AtLeast, Constraint, HasRatio
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Target


def with_target(
    constraints: Sequence[Constraint], target: Target, upscale: bool
) -> tuple[Constraint, ...]:
    """Return the constraints with those that follow from the target, each once."""
    implied: list[Constraint] = []
    ratio = target.ratio or (Ratio.of_size(target.size) if target.size else None)
    if ratio is not None:
        implied.append(HasRatio(ratio))
    if target.size is not None and not target.at_most and not upscale:
        implied.append(AtLeast(target.size, "{size} pixels without upscaling"))
    return (*constraints, *(c for c in implied if c not in constraints))
