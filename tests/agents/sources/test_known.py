"""What is known of a photo when crops are proposed."""

from pathlib import Path

from cropsmith.agents.sources.known import known_of
from cropsmith.tools.schema.evidence import EvidenceKind
from cropsmith.tools.schema.request import Shot
from tests.agents.sources.test_framed import FACE, brief


def test_faces_are_looked_for_where_a_shot_is_asked_and_nobody_looked(photos: Path) -> None:
    unseen = brief(photos / "astronaut.jpg", "1:1", shot=Shot.HEADSHOT)
    (face,) = [e for e in known_of(unseen) if e.kind is EvidenceKind.FACE]
    assert face.box.iou(FACE.box) > 0.3
    seen = brief(photos / "astronaut.jpg", "1:1", FACE, shot=Shot.HEADSHOT)
    assert known_of(seen) == [FACE]
