from cropsmith.agents.trace.record import Step
from cropsmith.agents.trace.views.summary import summary
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box
from cropsmith.tools.schema.result import Decision, Verdict


def test_a_given_box_has_no_phrase_and_is_told_all_the_same() -> None:
    given = Evidence(kind=EvidenceKind.SUBJECT, box=Box.whole(), source="given")
    outputs = {"grounding": Grounding(found=(given,))}
    step = Step(
        node="grounding", round=0, started=0.0, seconds=0.0, cpu_seconds=0.0, outputs=outputs
    )
    kept = Step.model_validate_json(step.model_dump_json(exclude_none=True))
    assert list(summary(kept)) == ["Found “subject” (given)."]


def test_one_candidate_is_one_and_notes_are_told() -> None:
    step = Step(
        node="proposal",
        round=0,
        started=0.0,
        seconds=0.0,
        cpu_seconds=0.0,
        outputs={
            "candidates": [{"provenance": {"source": "builtin"}}],
            "notes": ["9:16 is too narrow for the dog: the middle is kept."],
        },
    )
    assert list(summary(step)) == [
        "1 candidate: 1 from builtin.",
        "9:16 is too narrow for the dog: the middle is kept.",
    ]


def test_who_found_what_and_how_likely_and_what_the_odds_are_of() -> None:
    dog = Evidence(
        kind=EvidenceKind.SUBJECT, box=Box.whole(), source="nanodet", phrase="dog", confidence=0.62
    )
    decision = Decision(
        target=0, chosen="0.0.1", verdict=Verdict.KEEP, reasons=(), confidence=0.3, source="builtin"
    )
    outputs = {"grounding": Grounding(found=(dog,)), "decisions": (decision,)}
    step = Step(
        node="grounding", round=0, started=0.0, seconds=0.0, cpu_seconds=0.0, outputs=outputs
    )
    found, chosen, odds = summary(Step.model_validate_json(step.model_dump_json()))
    assert found == "Found “dog” (nanodet, 62%)." and chosen == "Kept the original."
    assert odds.startswith("30% that an expert's crop") and "sure" not in odds
