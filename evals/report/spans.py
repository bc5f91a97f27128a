"""A study's samples as OpenTelemetry spans, for the dashboards that people already have.

One span per sample, with the names of the GenAI conventions where they have one, and an evaluation
event per figure. The exporter is configured by the usual OTEL_EXPORTER_OTLP_* variables.
"""

import os
from collections.abc import Sequence
from typing import Any

from cropsmith.errors import MissingExtra, UsageError
from cropsmith.evals.measures import label_kind, values_of
from cropsmith.evals.report.results import Table
from cropsmith.evals.report.samples import finished
from cropsmith.evals.study.plan import Plan, Planned
from cropsmith.evals.study.store import Sample
from cropsmith.evals.trial import SampleStatus


def send(plan: Plan, tables: Sequence[Table], exporter: Any = None) -> int:
    """Send every finished sample; return how many. UsageError when no endpoint is configured."""
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise MissingExtra("Sending spans", "otel") from error
    provider = TracerProvider(resource=Resource.create({"service.name": "cropsmith"}))
    provider.add_span_processor(BatchSpanProcessor(exporter or _exporter()))
    tracer = provider.get_tracer("cropsmith.evals")
    count = 0
    for table in tables:
        kind = label_kind(table.part.photos, table.part.protocol)
        for planned, sample in finished(plan, table.part):
            if sample is None:
                continue
            values = values_of(planned.photo, table.part.protocol, sample.answer, kind)
            figures = {key: share.value for key, share in values.items()}
            _send_one(tracer, plan.study.name, planned, sample, figures)
            count += 1
    provider.shutdown()
    return count


def _exporter() -> Any:
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
    if not any(os.environ.get(name) for name in names):
        raise UsageError("No OpenTelemetry endpoint is set.", hint=f"Set {names[0]}.")
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise MissingExtra("Sending spans", "otel") from error
    return OTLPSpanExporter()


def _send_one(
    tracer: Any, study: str, planned: Planned, sample: Sample, figures: dict[str, float]
) -> None:
    from opentelemetry.trace import StatusCode

    answer, start = sample.answer, int(sample.started * 1e9)
    span = tracer.start_span("cropsmith.eval.sample", start_time=start)
    facts: dict[str, Any] = {
        "cropsmith.study": study,
        "cropsmith.table": planned.part.title,
        "cropsmith.system": planned.arm.name,
        "cropsmith.photo": planned.photo.name,
        "cropsmith.seed": planned.trial.seed,
        "cropsmith.status": answer.status.value,
        "cropsmith.trace_id": answer.trace_id,
        "cropsmith.cost": answer.cost,
        "gen_ai.request.model": planned.arm.spec.model if planned.arm.spec else None,
        "gen_ai.usage.input_tokens": answer.prompt_tokens,
        "gen_ai.usage.output_tokens": answer.completion_tokens,
        "cropsmith.box": list(answer.box.corners) if answer.box else None,
    }
    span.set_attributes({key: value for key, value in facts.items() if value is not None})
    for name, value in figures.items():
        span.add_event(
            "gen_ai.evaluation.result",
            {"gen_ai.evaluation.name": name, "gen_ai.evaluation.score.value": value},
            timestamp=start + int(sample.seconds * 1e9),
        )
    if answer.status is not SampleStatus.OK:
        span.set_status(StatusCode.ERROR, answer.message)
    span.end(end_time=start + int(sample.seconds * 1e9))
