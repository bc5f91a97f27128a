from cropsmith.agents.trace.record import Step
from cropsmith.agents.trace.views.summary import summary
from cropsmith.tools.schema.evidence import Evidence, EvidenceKind, Grounding
from cropsmith.tools.schema.geometry import Box


def test_a_given_box_has_no_phrase_and_is_told_all_the_same() -> None:
    given = Evidence(kind=EvidenceKind.SUBJECT, box=Box.whole(), source="given")
    outputs = {"grounding": Grounding(found=(given,))}
    step = Step(
        node="grounding", round=0, started=0.0, seconds=0.0, cpu_seconds=0.0, outputs=outputs
    )
    kept = Step.model_validate_json(step.model_dump_json(exclude_none=True))
    assert list(summary(kept)) == ["Found “subject” (given)."]
