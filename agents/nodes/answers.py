"""Several answers that differ: each with its role, no two much alike."""

from collections.abc import Sequence
from itertools import product

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.explain.naming import named_things
from cropsmith.tools.photographer.preference import shape_of
from cropsmith.tools.photographer.roles import UNNAMED, WHY, Role, role_of
from cropsmith.tools.photographer.subject import subject_of
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.geometry import as_array, iou_matrix

LIMITS = (0.65, 0.75, 0.85)
"""IoU that two answers may have at most; the next where the photo allows no more under the last."""
TELLING = [str(role) for role in Role]
"""Roles, the one that a person would want to see first at first."""


def with_roles(brief: Brief, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the candidates, each with its role and a reason."""
    subject = subject_of(brief.seen, brief.view.sight)
    shape = shape_of(brief.view.sight, brief.target.ratio)
    box, sure = (None, False) if subject is None else (subject.box, subject.sure)
    named = named_things(brief.seen)
    name = named[0].name if named else "the subject"
    told = []
    for candidate in candidates:
        role = role_of(candidate.box, shape, box, sure=sure)
        why = candidate.reason or _why(role, name, sure=sure)
        told.append(candidate.model_copy(update={"role": str(role), "reason": why}))
    return told


def apart(chosen: Candidate, others: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return the others that are not so much like the chosen one that none could be an answer."""
    if not others:
        return others
    alike = iou_matrix(as_array([chosen.box]), as_array(c.box for c in others))[0]
    return [c for c, iou in zip(others, alike.tolist(), strict=True) if iou <= LIMITS[-1]]


def different(chosen: Candidate, others: Sequence[Candidate], count: int) -> tuple[Candidate, ...]:
    """Return up to `count` of the others.

    `others` are ranked, best first; none overlaps the chosen one or another by more than the
    strictest of LIMITS that leaves any, and under each one of a new role comes first.
    """
    picked = [chosen]
    for limit, fresh in product(LIMITS, (True, False)):
        while len(picked) <= count and (found := _next(picked, others, limit, fresh=fresh)):
            picked.append(found)
    return tuple(picked[1:])


def _next(
    picked: Sequence[Candidate], others: Sequence[Candidate], limit: float, *, fresh: bool
) -> Candidate | None:
    """Return the best candidate of the most telling role that is not like any of the picked."""
    roles = {p.role for p in picked} if fresh else set()
    apart = [
        c for c in others if c.role not in roles and all(c.box.iou(p.box) <= limit for p in picked)
    ]
    return min(apart, key=lambda c: TELLING.index(c.role), default=None)


def _why(role: Role, name: str, *, sure: bool) -> str:
    if not sure and role in UNNAMED:
        return UNNAMED[role]
    return WHY[role].format(name)
