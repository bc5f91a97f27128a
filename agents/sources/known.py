"""What is known of a photo when its crops are framed: all that was found, faces always."""

from cropsmith.agents.minds.base.mind import Brief
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind


def known_of(brief: Brief) -> list[Evidence]:
    """Return all that was found, with the faces: they bind every crop, looked for or not."""
    found = [*brief.grounding.found, *brief.evidence]
    if not any(one.kind is EvidenceKind.FACE for one in brief.evidence):
        found += brief.view.sight.faces
    return found
