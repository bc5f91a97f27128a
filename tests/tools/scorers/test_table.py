"""All scorers in one batch; what is missing or fails is absent and said."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cropsmith.errors import CropsmithError, UsageError
from cropsmith.tools.photographer.opened_photo import View
from cropsmith.tools.schema.candidate import Candidate, Check
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.ratio import Ratio
from cropsmith.tools.schema.request import Intent, Phrase, Target
from cropsmith.tools.scorers.content import ContentScorer
from cropsmith.tools.scorers.measures import PreferenceScorer
from cropsmith.tools.scorers.row import Scene, ScorerRow, Scores
from cropsmith.tools.scorers.table import ScorerTable
from cropsmith.tools.scorers.wishes import AreaScorer, SubjectCoverageScorer

Make = Callable[..., Candidate]


class Broken:
    """A scorer whose server is down."""

    row = ScorerRow(name="served", about="never answers")

    def score(self, scene: Scene) -> Scores | None:
        raise CropsmithError("The scoring server did not answer.")


class Half:
    """A scorer that has a value for the first candidate only; lower is better, 0 to 10."""

    row = ScorerRow(name="half", about="half", high=10.0, higher_is_better=False)

    def score(self, scene: Scene) -> Scores | None:
        values = np.full(len(scene.boxes), np.nan)
        values[0] = 2.0
        return values


def test_without_weights_clip_scorers_are_left_out_and_said(
    view: View, intent: Intent, candidate: Make
) -> None:
    table = ScorerTable.for_run(clip="off")
    scored = table.score(view, intent, Target(), [candidate("a", 0, 0, 0.5, 1)])
    assert scored.candidates[0].scores["area"] == pytest.approx(0.5)
    assert "content" not in scored.candidates[0].scores
    said = [str(left) for left in table.left_out]
    assert any(line.startswith("Scored without content: CLIP is switched off") for line in said)


def test_auto_never_downloads(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    table = ScorerTable.for_run()
    assert table.encoder is None
    assert "no CLIP model is on this machine" in table.left_out[0].why


def test_a_failing_scorer_is_absent_never_zero(
    view: View, intent: Intent, candidate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ScorerTable(scorers=[AreaScorer(), Broken()], profile="cropper")
    scored = table.score(view, intent, Target(), [candidate("a", 0, 0, 0.5, 1)])
    assert dict(scored.candidates[0].scores) == {"area": pytest.approx(0.5)}
    assert scored.candidates[0].total == pytest.approx(0.5)
    assert [left.name for left in scored.left_out] == ["served"]


def test_weights_of_absent_scorers_are_shared_out(
    view: View, intent: Intent, candidate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "cropsmith.tools.scorers.table.weighting", lambda *_: {"area": 1.0, "half": 3.0}
    )
    table = ScorerTable(scorers=[AreaScorer(), Half()])
    scored = table.score(
        view, intent, Target(), [candidate("a", 0, 0, 0.5, 1), candidate("b", 0, 0, 0.4, 1)]
    )
    first, second = scored.candidates
    assert first.scores["half"] == 2.0
    assert first.total == pytest.approx((1 * 0.5 + 3 * 0.8) / 4)
    assert "half" not in second.scores
    assert second.total == pytest.approx(0.4)


def test_a_profile_without_any_of_its_scorers_falls_back_and_says_so(
    view: View, candidate: Make
) -> None:
    intent = Intent(task="ratio", targets=(Target(),))
    table = ScorerTable(scorers=[AreaScorer(), PreferenceScorer()], profile="cropper")
    scored = table.score(view, intent, Target(), [candidate("a", 0, 0, 1, 0.9)])
    assert scored.candidates[0].total == pytest.approx(scored.candidates[0].scores["preference"])
    assert "weights of cropper" in str(scored.left_out[0])
    only = ScorerTable(scorers=[AreaScorer()])
    bare = only.score(view, intent, Target(), [candidate("a", 0, 0, 0.5, 1)])
    assert bare.candidates[0].total is None and bare.left_out == []


def test_all_crops_are_embedded_in_one_pass_with_the_original_once(
    view: View, intent: Intent, candidate: Make, encoder: Any
) -> None:
    table = ScorerTable(scorers=[ContentScorer()], encoder=encoder)
    rng = np.random.default_rng(0)
    lows, sides = rng.uniform(0, 0.4, (40, 2)), rng.uniform(0.2, 0.6, (40, 2))
    batch = [
        candidate(str(i), *low, *(low + side))
        for i, (low, side) in enumerate(zip(lows, sides, strict=True))
    ]
    table.score(view, intent, Target(), [*batch, candidate("whole", 0, 0, 1, 1)])
    assert encoder.embedded == 41, "40 crops and the original, which is also a candidate"
    assert encoder.largest <= 16
    again = table.score(view, intent, Target(), [*batch[:5], candidate("new", 0, 0, 0.5, 0.5)])
    assert encoder.embedded == 42, "a later round pays for news only"
    assert 0 < again.candidates[0].scores["content"] <= 1


def test_the_whole_photo_preserves_all_content(
    view: View, intent: Intent, candidate: Make, encoder: Any
) -> None:
    table = ScorerTable(scorers=[ContentScorer()], encoder=encoder)
    scored = table.score(view, intent, Target(), [candidate("whole", 0, 0, 1, 1)])
    assert scored.candidates[0].scores["content"] == pytest.approx(1)


def test_coverage_ratio_exclusion_and_constraints(view: View, candidate: Make) -> None:
    intent = Intent(
        task="subject",
        targets=(Target(ratio=Ratio.parse("1:1")),),
        subjects=(Phrase(text="mast", head="mast"),),
    )
    grounding = Grounding(
        found=(
            Evidence(kind=EvidenceKind.SUBJECT, box=Box(x1=0.4, y1=0, x2=0.6, y2=1), source="test"),
            Evidence(kind=EvidenceKind.AVOID, box=Box(x1=0.9, y1=0, x2=1, y2=1), source="test"),
            Evidence(kind=EvidenceKind.THING, box=Box(x1=0.6, y1=0, x2=0.8, y2=1), source="test"),
        )
    )
    checks = (Check(name="ratio", ok=True), Check(name="exclusion", ok=False))
    half = candidate("a", 0, 0, 0.5, 1).model_copy(update={"checks": checks})
    scored = ScorerTable.for_run(clip="off").score(
        view, intent, intent.targets[0], [half, candidate("b", 0, 0, 1, 1)], grounding
    )
    first, second = (c.scores for c in scored.candidates)
    assert first["subject"] == pytest.approx(0.5) and second["subject"] == pytest.approx(1)
    assert first["exclusion"] == 0 and second["exclusion"] == pytest.approx(1)
    # Of the mast and the other thing, as large, half of the mast.
    assert first["others"] == pytest.approx(0.25) and second["others"] == pytest.approx(1)
    assert first["ratio"] == pytest.approx(192 / 512)
    assert first["constraints"] == 0.5 and "constraints" not in second
    assert math.isclose(second["area"], 1)


def test_a_subject_box_given_by_the_person_counts(view: View, candidate: Make) -> None:
    box = Box(x1=0, y1=0, x2=0.5, y2=0.5)
    intent = Intent(task="subject", targets=(Target(),), subject_box=box)
    scored = ScorerTable(scorers=[SubjectCoverageScorer()]).score(
        view, intent, Target(), [candidate("a", 0, 0, 0.25, 0.5)]
    )
    assert scored.candidates[0].scores["subject"] == pytest.approx(0.5)


def test_scorers_joined_weigh_alike_and_the_others_nothing(
    view: View, intent: Intent, candidate: Make
) -> None:
    table = ScorerTable.for_run(clip="off", profile="area+preference")
    scored = table.score(view, intent, Target(), [candidate("a", 0, 0, 0.5, 1)])
    assert scored.weights == {"area": 1.0, "preference": 1.0}
    with pytest.raises(UsageError, match="no scorer profile 'area.preferense'"):
        ScorerTable.for_run(profile="area+preferense")


def test_unknown_profile_suggests() -> None:
    with pytest.raises(UsageError, match="cropper"):
        ScorerTable.for_run(profile="croper")


def test_direction_and_range_of_a_row() -> None:
    values = np.array([0.0, 2.5, 10.0, 12.0, np.nan])
    np.testing.assert_allclose(Half.row.goodness(values), [1, 0.75, 0, 0, np.nan])
    with pytest.raises(ValueError, match="empty"):
        ScorerRow(name="x", about="", low=1, high=1)
