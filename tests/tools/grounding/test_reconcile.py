"""Sources are matched and their agreement recorded."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropsmith.tools.grounding.reconcile import reconcile
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind
from cropsmith.tools.schema.geometry import Box


def seen(source: str, *boxes: Sequence[float]) -> list[Evidence]:
    return [
        Evidence(kind=EvidenceKind.SUBJECT, box=Box.of(box), source=source, phrase="dog")
        for box in boxes
    ]


HERE, THERE, NEAR_HERE = (0, 0, 0.4, 0.4), (0.6, 0.6, 1, 1), (0, 0, 0.4, 0.5)


def test_one_source_has_no_agreement() -> None:
    (only,) = reconcile({"owl": seen("owl", HERE)})
    assert only.agreement is None


def test_agreement_is_the_iou_with_the_other_source() -> None:
    (found,) = reconcile({"owl": seen("owl", HERE), "vlm": seen("vlm", NEAR_HERE)}, trust=["owl"])
    assert found.source == "owl" and found.agreement == pytest.approx(0.8)


def test_a_source_that_found_nothing_counts_as_disagreement() -> None:
    (found,) = reconcile({"owl": seen("owl", HERE), "vlm": []})
    assert found.agreement == 0


def test_two_against_one() -> None:
    by_source = {
        "owl": seen("owl", THERE),
        "vlm": seen("vlm", HERE),
        "other": seen("other", NEAR_HERE),
    }
    (found,) = reconcile(by_source, trust=["owl"])
    assert found.source == "vlm", "the trusted source is alone"
    assert found.agreement == pytest.approx(0.4)


def test_trust_breaks_ties() -> None:
    by_source = {"vlm": seen("vlm", HERE), "owl": seen("owl", THERE)}
    assert reconcile(by_source, trust=["owl"])[0].source == "owl"
    assert reconcile(by_source)[0].source == "vlm"


def test_nothing_from_nobody() -> None:
    assert reconcile({"owl": [], "vlm": []}) == ()
    assert reconcile({}) == ()


sides = st.tuples(st.floats(0, 0.8), st.floats(0, 0.8)).map(lambda p: (*p, p[0] + 0.2, p[1] + 0.2))


@given(st.lists(st.lists(sides, max_size=4), min_size=2, max_size=4))
def test_agreement_is_a_share_and_boxes_are_never_invented(
    boxes: list[list[tuple[float, ...]]],
) -> None:
    by_source = {f"s{i}": seen(f"s{i}", *each) for i, each in enumerate(boxes)}
    found = reconcile(by_source)
    assert bool(found) == any(boxes)
    for evidence in found:
        assert evidence.agreement is not None and 0 <= evidence.agreement <= 1
        assert evidence.box in [e.box for e in by_source[evidence.source]]
