"""A crop to something named is about it; one that was pointed to is only kept."""

from collections.abc import Callable

import numpy as np
import pytest

from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box, as_array
from cropsmith.tools.schema.request import Intent, Target, Tightness
from cropsmith.tools.scorers.measures import FocusScorer
from cropsmith.tools.scorers.row import Scene

Make = Callable[..., Candidate]
FACE = Box(x1=0.4, y1=0.4, x2=0.6, y2=0.6)


def scene(
    view: View,
    crops: list[Candidate],
    tightness: Tightness = Tightness.NORMAL,
    kind: EvidenceKind = EvidenceKind.SUBJECT,
    phrase: str = "face",
    source: str = "haar",
) -> Scene:
    found = Evidence(kind=kind, box=FACE, source=source, phrase=phrase)
    subject = kind is EvidenceKind.SUBJECT
    return Scene(
        view=view,
        intent=Intent(task="subject", targets=(Target(),), tightness=tightness),
        target=Target(),
        candidates=crops,
        boxes=as_array(c.box for c in crops),
        grounding=Grounding(found=(found,) if subject else ()),
        evidence=() if subject else (found,),
    )


def test_focus_rises_until_the_subject_is_large_enough(view: View, candidate: Make) -> None:
    crops = [
        candidate("whole", 0, 0, 1, 1),
        candidate("half", 0.25, 0.25, 0.75, 0.75),
        candidate("close", 0.35, 0.35, 0.65, 0.65),
    ]
    normal = FocusScorer().score(scene(view, crops))
    tight = FocusScorer().score(scene(view, crops, Tightness.TIGHT))
    assert normal is not None and tight is not None
    # The whole photo comes no closer: 1 of the 1.3 times that make a crop one about the subject.
    np.testing.assert_allclose(normal, [0.5 / 1.3, 1, 1])
    np.testing.assert_allclose(tight, [0.2 / 0.75 / 1.3, 0.4 / 0.75, 0.2 / 0.3 / 0.75])


def test_a_crop_that_loses_the_subject_has_no_focus(view: View, candidate: Make) -> None:
    found = FocusScorer().score(scene(view, [candidate("off", 0.7, 0.7, 1, 1)]))
    assert found is not None and found[0] == 0


def test_what_was_only_pointed_to_is_kept_not_closed_in_on(view: View, candidate: Make) -> None:
    crops = [candidate("whole", 0, 0, 1, 1)]
    assert FocusScorer().score(scene(view, crops, source="user", phrase="")) is None
    close = FocusScorer().score(scene(view, crops, Tightness.TIGHT, source="user", phrase=""))
    assert close is not None and close[0] == pytest.approx(0.2 / 0.75 / 1.3)


def test_tight_without_a_subject_is_about_what_stands_out(view: View, candidate: Make) -> None:
    crops = [candidate("whole", 0, 0, 1, 1)]
    assert FocusScorer().score(scene(view, crops, kind=EvidenceKind.SALIENT)) is None
    close = FocusScorer().score(
        scene(view, crops, Tightness.TIGHT, kind=EvidenceKind.SALIENT, phrase="")
    )
    assert close is not None and close[0] == pytest.approx(0.2 / 0.75 / 1.3)


def test_how_close_is_no_matter_where_the_least_possible_is_to_be_cut(
    view: View, candidate: Make
) -> None:
    crops = [candidate("whole", 0, 0, 1, 1)]
    assert FocusScorer().score(scene(view, crops, Tightness.WIDEST)) is None
